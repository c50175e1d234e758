/**
 * Which tab sends, and what comes next. Pure.
 *
 * One tab at a time holds the lease. It is looked at in the same transaction that marks an action as tried, before
 * every single sending: a tab that was frozen, and whose lease went to another meanwhile, finds that out before it
 * sends anything more. What it had handed to the network before it froze may still arrive after the other tab has
 * sent the same: the server knows the action by its Idempotency-Key and does it once, so this does no harm.
 */

import { type ClockReading, dated, isTooOld, MAX_AGE_MS } from "./action_age.ts";
import { refsOf, requestOf } from "./actions.ts";
import { isWaiting } from "./outbox_rules.ts";
import type { Change, Entry, Lease, OutboxState } from "./outbox_state.ts";

// A tab that died is followed by another after this long.
export const LEASE_MS = 5_000;
// Longer than any requested wait: a time beyond that was set by a clock that was set back since.
const LONGEST_WAIT_MS = 6 * 60_000;
const SHORTEST_WAIT_MS = 100;
// Long enough for every tab to have seen the result of an action.
const OUTCOME_RETENTION_MS = 60_000;

export interface Tab {
  /** A name of this tab alone. */
  owner: string;
  now: number;
}

export interface LeaseHolder extends Tab, ClockReading {
  /** Rooms with a pending request of this tab: their other actions wait, in order. */
  busyRooms: ReadonlySet<string>;
  /** Whether waits not requested by the server are over, as when the network came back. */
  isHurried: boolean;
}

export interface Acquired {
  /** At most one for each room. To be sent now. */
  toSend: readonly Entry[];
  /** When to claim again; null when there is no reason to. */
  waitMs: number | null;
  /** Whether something waits until the server's clock is known. */
  needsServerTime: boolean;
}

export function acquire(claimant: LeaseHolder): Change<Acquired> {
  return (state) => {
    const entries = tidiedEntries(state.entries, claimant);
    const next = nextOfEachRoom(entries).filter(({ room }) => !claimant.busyRooms.has(room));
    const ends = entries.map((entry) => expiresAt(entry, claimant)).filter((moment) => moment !== null);
    if (isHeldByOther(state.lease, claimant)) {
      const until = next.length > 0 ? [(state.lease as Lease).until] : [];
      return [
        { ...state, entries },
        { toSend: [], waitMs: soonest([...until, ...ends], claimant), needsServerTime: false },
      ];
    }
    const young = next.filter((entry) => isTooOld(entry, claimant) === false);
    const due = young.filter((entry) => isDue(entry, claimant));
    const toSend = due.map(attempted);
    const waits = young.filter((entry) => !due.includes(entry)).map(({ notBefore }) => notBefore);
    return [
      { ...state, entries: merged(entries, toSend), lease: leaseFor(claimant, toSend) },
      {
        toSend,
        waitMs: soonest([...waits, ...ends], claimant),
        needsServerTime: young.length < next.length,
      },
    ];
  };
}

/** Renews the lease while a response is pending, unless another tab has acquired it. */
export function renew({ owner, now }: Tab): Change<null> {
  return (state) => {
    if (state.lease?.owner !== owner) return [state, null];
    return [{ ...state, lease: { owner, until: now + LEASE_MS } }, null];
  };
}

/** Whether an action that was claimed a while ago is still this tab's to send. */
export function reacquire(opId: string, { owner, now }: Tab): Change<boolean> {
  return (state) => {
    const entry = state.entries.find((one) => one.opId === opId);
    if (!entry || !isWaiting(entry) || isHeldByOther(state.lease, { owner, now })) return [state, false];
    return [{ ...state, lease: { owner, until: now + LEASE_MS } }, true];
  };
}

export function release(owner: string): Change<null> {
  return (state) => [state.lease?.owner === owner ? { ...state, lease: null } : state, null];
}

/** At least a short wait, so that an entry that never ends can't keep the tab busy. */
function soonest(moments: readonly number[], { now }: LeaseHolder): number | null {
  return moments.length > 0 ? Math.max(SHORTEST_WAIT_MS, Math.min(...moments) - now) : null;
}

function leaseFor({ owner, now, busyRooms }: LeaseHolder, toSend: readonly Entry[]): Lease | null {
  return toSend.length > 0 || busyRooms.size > 0 ? { owner, until: now + LEASE_MS } : null;
}

/** One that ends too late was given before the clock was put back, and counts no more. */
function isHeldByOther(lease: Lease | null, { owner, now }: Tab): boolean {
  return lease !== null && lease.owner !== owner && lease.until > now && lease.until <= now + LEASE_MS;
}

function isDue({ notBefore, isAskedToWait }: Entry, { now, isHurried }: LeaseHolder): boolean {
  return notBefore <= now || notBefore > now + LONGEST_WAIT_MS || (isHurried && !isAskedToWait);
}

function nextOfEachRoom(entries: readonly Entry[]): Entry[] {
  const next = new Map<string, Entry>();
  for (const entry of entries) if (isWaiting(entry) && !next.has(entry.room)) next.set(entry.room, entry);
  return [...next.values()];
}

function attempted(entry: Entry): Entry {
  return { ...entry, request: entry.request ?? requestOf(entry.room, entry.action) };
}

function merged(entries: readonly Entry[], changed: readonly Entry[]): readonly Entry[] {
  const byOpId = new Map(changed.map((entry) => [entry.opId, entry]));
  return entries.map((entry) => byOpId.get(entry.opId) ?? entry);
}

// --- What time does to entries -----------------------------------------------------------------------

function tidiedEntries(entries: OutboxState["entries"], claimant: LeaseHolder): readonly Entry[] {
  const kept = entries.filter((entry) => (expiresAt(entry, claimant) ?? Infinity) > claimant.now);
  const aged: Entry[] = [];
  for (const entry of kept) aged.push(agedEntry(dated(entry, claimant), aged, claimant));
  return aged;
}

/**
 * When a finished entry is deleted. A rejection waits until it is reported, but not forever. An end far in the future
 * was before the clock was set back.
 */
function expiresAt({ outcome }: Entry, { now }: LeaseHolder): number | null {
  if (outcome === null) return null;
  if (outcome.at > now + OUTCOME_RETENTION_MS) return now;
  const isUnreported = outcome.kind === "rejected" && !outcome.isReported;
  return outcome.at + (isUnreported ? MAX_AGE_MS : OUTCOME_RETENTION_MS);
}

/**
 * Too old, or on an item that will never exist: `before` are the entries in front of it. Stale entries are checked
 * again each time; while the server's clock is unknown their status stays.
 */
function agedEntry(entry: Entry, before: readonly Entry[], claimant: LeaseHolder): Entry {
  if (entry.outcome !== null || entry.status === "answered") return entry;
  const additions = refsOf(entry.action)
    .filter((ref) => typeof ref !== "number")
    .map(({ addedBy }) => before.find(({ opId }) => opId === addedBy));
  if (additions.some((addition) => addition === undefined || addition.outcome)) {
    // A stale action may precede its addition, if that was sent again.
    return isWaiting(entry) ? orphaned(entry, claimant.now) : entry;
  }
  const isStale =
    additions.some((addition) => addition?.status === "stale") ||
    (isTooOld(entry, claimant) ?? entry.status === "stale");
  const status = isStale ? "stale" : "waiting";
  return status === entry.status ? entry : { ...entry, status };
}

function orphaned(entry: Entry, now: number): Entry {
  const message = "What this was about is not there.";
  const outcome = {
    kind: "rejected",
    code: "NOT_FOUND",
    message,
    details: {},
    isReported: false,
    at: now,
  } as const;
  return { ...entry, outcome };
}
