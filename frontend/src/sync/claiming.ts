/**
 * Which tab sends, and what comes next. Pure.
 *
 * One tab at a time holds the lease. It is looked at in the same transaction that marks an action as tried, before
 * every single sending: a tab that was frozen, and whose lease went to another meanwhile, finds that out before it
 * sends anything more. What it had handed to the network before it froze may still arrive after the other tab has
 * sent the same: the server knows the action by its Idempotency-Key and does it once, so this does no harm.
 */

import { dated, isTooOld, MAX_AGE_MS, type Reading } from "./ages.ts";
import { isWaiting } from "./outbox_rules.ts";
import type { Change, Entry, Lease, OutboxState } from "./outbox_state.ts";
import { refsOf, requestOf } from "./requests.ts";

// A tab that died is followed by another after this long.
export const LEASE_MS = 5_000;
// Longer than any wait that is ever asked for: a moment beyond that was set by a clock that has been put back since.
const LONGEST_WAIT_MS = 6 * 60_000;
const SHORTEST_WAIT_MS = 100;
// Long enough for every tab to have seen what became of an action.
const SHOWN_OUTCOME_MS = 60_000;

export interface Tab {
  /** A name of this tab alone. */
  owner: string;
  now: number;
}

export interface Claimant extends Tab, Reading {
  /** Rooms for which this tab has sent something that isn't answered: the order is kept by waiting. */
  busyRooms: ReadonlySet<string>;
  /** Whether waits that the server hasn't asked for are over, as when the network came back. */
  isHurried: boolean;
}

export interface Claim {
  /** At most one for each room. To be sent now. */
  toSend: readonly Entry[];
  /** When to claim again; null when there is no reason to. */
  waitMs: number | null;
  /** Whether something waits until the server's clock is known. */
  lacksTime: boolean;
}

export function claimed(claimant: Claimant): Change<Claim> {
  return (state) => {
    const entries = tidied(state.entries, claimant);
    const next = nextOfEachRoom(entries).filter(({ room }) => !claimant.busyRooms.has(room));
    const ends = entries.map((entry) => forgottenAt(entry, claimant)).filter((moment) => moment !== null);
    if (isHeldByOther(state.lease, claimant)) {
      const until = next.length > 0 ? [(state.lease as Lease).until] : [];
      return [
        { ...state, entries },
        { toSend: [], waitMs: soonest([...until, ...ends], claimant), lacksTime: false },
      ];
    }
    const young = next.filter((entry) => isTooOld(entry, claimant) === false);
    const due = young.filter((entry) => isDue(entry, claimant));
    const toSend = due.map(tried);
    const waits = young.filter((entry) => !due.includes(entry)).map(({ notBefore }) => notBefore);
    return [
      { ...state, entries: merged(entries, toSend), lease: leaseFor(claimant, toSend) },
      {
        toSend,
        waitMs: soonest([...waits, ...ends], claimant),
        lacksTime: young.length < next.length,
      },
    ];
  };
}

/** Keeps the lease while an answer is awaited, unless another tab has got it meanwhile. */
export function renewed({ owner, now }: Tab): Change<null> {
  return (state) => {
    if (state.lease?.owner !== owner) return [state, null];
    return [{ ...state, lease: { owner, until: now + LEASE_MS } }, null];
  };
}

/** Whether an action that was claimed a while ago is still this tab's to send. */
export function reclaimed(opId: string, { owner, now }: Tab): Change<boolean> {
  return (state) => {
    const entry = state.entries.find((one) => one.opId === opId);
    if (!entry || !isWaiting(entry) || isHeldByOther(state.lease, { owner, now })) return [state, false];
    return [{ ...state, lease: { owner, until: now + LEASE_MS } }, true];
  };
}

export function released(owner: string): Change<null> {
  return (state) => [state.lease?.owner === owner ? { ...state, lease: null } : state, null];
}

/** Not at once, whatever the moments say: something that is never over must not keep the tab busy. */
function soonest(moments: readonly number[], { now }: Claimant): number | null {
  return moments.length > 0 ? Math.max(SHORTEST_WAIT_MS, Math.min(...moments) - now) : null;
}

function leaseFor({ owner, now, busyRooms }: Claimant, toSend: readonly Entry[]): Lease | null {
  return toSend.length > 0 || busyRooms.size > 0 ? { owner, until: now + LEASE_MS } : null;
}

/** One that ends too late was given before the clock was put back, and counts no more. */
function isHeldByOther(lease: Lease | null, { owner, now }: Tab): boolean {
  return lease !== null && lease.owner !== owner && lease.until > now && lease.until <= now + LEASE_MS;
}

function isDue({ notBefore, isAskedToWait }: Entry, { now, isHurried }: Claimant): boolean {
  return notBefore <= now || notBefore > now + LONGEST_WAIT_MS || (isHurried && !isAskedToWait);
}

function nextOfEachRoom(entries: readonly Entry[]): Entry[] {
  const next = new Map<string, Entry>();
  for (const entry of entries) if (isWaiting(entry) && !next.has(entry.room)) next.set(entry.room, entry);
  return [...next.values()];
}

function tried(entry: Entry): Entry {
  return { ...entry, request: entry.request ?? requestOf(entry.room, entry.action) };
}

function merged(entries: readonly Entry[], changed: readonly Entry[]): readonly Entry[] {
  const byOpId = new Map(changed.map((entry) => [entry.opId, entry]));
  return entries.map((entry) => byOpId.get(entry.opId) ?? entry);
}

// --- What time does to entries -----------------------------------------------------------------------

function tidied(entries: OutboxState["entries"], claimant: Claimant): readonly Entry[] {
  const kept = entries.filter((entry) => (forgottenAt(entry, claimant) ?? Infinity) > claimant.now);
  const aged: Entry[] = [];
  for (const entry of kept) aged.push(agedOne(dated(entry, claimant), aged, claimant));
  return aged;
}

/**
 * When an entry that is over is forgotten. A refusal waits for a page that tells of it, but not for ever. What ended
 * far in the future did so before the clock was put back.
 */
function forgottenAt({ outcome }: Entry, { now }: Claimant): number | null {
  if (outcome === null) return null;
  if (outcome.at > now + SHOWN_OUTCOME_MS) return now;
  const isUntold = outcome.kind === "refused" && !outcome.isTold;
  return outcome.at + (isUntold ? MAX_AGE_MS : SHOWN_OUTCOME_MS);
}

/**
 * Too old, or naming an item that can't come any more: `before` are the entries in front of it. What was found too old
 * is asked about anew each time; while the server's clock isn't known all stays as it is.
 */
function agedOne(entry: Entry, before: readonly Entry[], claimant: Claimant): Entry {
  if (entry.outcome !== null || entry.status === "answered") return entry;
  const additions = refsOf(entry.action)
    .filter((ref) => typeof ref !== "number")
    .map(({ addedBy }) => before.find(({ opId }) => opId === addedBy));
  if (additions.some((addition) => addition === undefined || addition.outcome)) {
    // One that waits to be asked about may stand in front of its addition, when that was sent anew.
    return isWaiting(entry) ? orphan(entry, claimant.now) : entry;
  }
  const isStale =
    additions.some((addition) => addition?.status === "stale") ||
    (isTooOld(entry, claimant) ?? entry.status === "stale");
  const status = isStale ? "stale" : "waiting";
  return status === entry.status ? entry : { ...entry, status };
}

function orphan(entry: Entry, now: number): Entry {
  const message = "What this was about is not there.";
  const outcome = {
    kind: "refused",
    code: "NOT_FOUND",
    message,
    details: {},
    isTold: false,
    at: now,
  } as const;
  return { ...entry, outcome };
}
