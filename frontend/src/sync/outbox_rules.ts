/** How the outbox changes. Each rule is pure: state in, state out. */

import { type ItemRef, isSameItem, refsOf, renamed } from "./actions.ts";
import { fullJitter } from "./environment.ts";
import type { Change, Entry, OutboxState, Outcome } from "./outbox_state.ts";
import type { Verdict } from "./response_verdict.ts";

// A bug of the server that shows as often as this for one action isn't a passing one.
const MAX_BREAKDOWNS = 5;

export const isWaiting = (entry: Entry): boolean => entry.status === "waiting" && entry.outcome === null;

/** Appends the entry; it takes the place of a vote on the same item that was not tried yet. */
export function added(entry: Entry): Change<null> {
  return (state) => {
    const { entries } = state;
    if (entries.some(({ opId }) => opId === entry.opId)) return [state, null];
    const named = { ...entry, action: renamed(entry.action, resolverOf(entries)) };
    const replaced = votedBefore(entries, named);
    if (replaced) {
      const inPlace = { ...named, number: replaced.number };
      return [{ ...state, entries: entries.map((one) => (one === replaced ? inPlace : one)) }, null];
    }
    return [{ ...state, entries: [...entries, { ...named, number: nextNumber(entries) }] }, null];
  };
}

/** The last action on the same item, if it is a vote that was not sent yet. */
function votedBefore(entries: readonly Entry[], { room, action }: Entry): Entry | null {
  if (action.kind !== "vote") return null;
  const last = entries.findLast(
    (entry) => entry.room === room && refsOf(entry.action).some((ref) => isSameItem(ref, action.item)),
  );
  const isOpen = last?.action.kind === "vote" && isWaiting(last) && last.request === null;
  return isOpen ? last : null;
}

/** What a response does to an action, and to those that wait for it. */
export function completed(opId: string, verdict: Verdict, at: { now: number; random: number }): Change<null> {
  return (state) => {
    const entry = state.entries.find((one) => one.opId === opId);
    // Another tab may have got the response first, or the action may have grown stale and been dismissed.
    if (!entry || entry.outcome) return [state, null];
    return [{ ...state, entries: concluded(state.entries, entry, verdict, at) }, null];
  };
}

function concluded(
  entries: readonly Entry[],
  entry: Entry,
  verdict: Verdict,
  { now, random }: { now: number; random: number },
): readonly Entry[] {
  switch (verdict.kind) {
    case "done": {
      const { itemId, answeredAt } = verdict;
      const outcome: Outcome = { kind: "done", itemId, at: now };
      const isDone: Entry = { ...entry, status: "answered", answeredAt, outcome };
      return resolved(replaced(entries, isDone));
    }
    case "rejected":
      return rejectWithDependents(entries, entry, { ...verdict, isReported: false, at: now });
    case "later":
      return replaced(entries, {
        ...entry,
        notBefore: now + verdict.afterMs,
        isAskedToWait: true,
        isLimited: verdict.isLimit,
      });
    case "broken":
      if (entry.breakdowns + 1 >= MAX_BREAKDOWNS) {
        return rejectWithDependents(entries, entry, {
          ...verdict,
          kind: "rejected",
          details: {},
          isReported: false,
          at: now,
        });
      }
      return replaced(entries, { ...postponed(entry, now, random), breakdowns: entry.breakdowns + 1 });
    case "unanswered":
      return replaced(entries, postponed(entry, now, random));
  }
}

function postponed(entry: Entry, now: number, random: number): Entry {
  const wait = fullJitter(entry.failures, () => random);
  return {
    ...entry,
    failures: entry.failures + 1,
    notBefore: now + wait,
    isAskedToWait: false,
    isLimited: false,
  };
}

function replaced(entries: readonly Entry[], changed: Entry): readonly Entry[] {
  return entries.map((entry) => (entry.opId === changed.opId ? changed : entry));
}

/** Rejects the entry, and all that depend on the item that it would have added. */
function rejectWithDependents(
  entries: readonly Entry[],
  entry: Entry,
  outcome: Outcome & { kind: "rejected" },
) {
  let left = replaced(entries, { ...entry, outcome });
  const details = { ...outcome.details, depends_on: entry.opId };
  for (const dependent of dependentsOf(entries, entry.opId)) {
    left = replaced(left, { ...dependent, outcome: { ...outcome, details } });
  }
  return left;
}

/** Those that name the item of this addition and are not over. */
export function dependentsOf(entries: readonly Entry[], opId: string): Entry[] {
  const direct = entries.filter(({ action, outcome }) => outcome === null && dependsOn(refsOf(action), opId));
  const indirect = direct.flatMap((entry) => dependentsOf(entries, entry.opId));
  return [...new Set([...direct, ...indirect])];
}

function dependsOn(refs: readonly ItemRef[], opId: string): boolean {
  return refs.some((ref) => typeof ref !== "number" && ref.addedBy === opId);
}

/** Names items by the ids that are known by now. What was tried has no other names left, so it never changes. */
function resolved(entries: readonly Entry[]): readonly Entry[] {
  const name = resolverOf(entries);
  return entries.map((entry) => {
    const isOpen = refsOf(entry.action).some((ref) => name(ref) !== ref);
    return isOpen ? { ...entry, action: renamed(entry.action, name) } : entry;
  });
}

function resolverOf(entries: readonly Entry[]): (ref: ItemRef) => ItemRef {
  return (ref) => {
    if (typeof ref === "number") return ref;
    const outcome = entries.find(({ opId }) => opId === ref.addedBy)?.outcome;
    return outcome?.kind === "done" && outcome.itemId !== null ? outcome.itemId : ref;
  };
}

/** Discards a stale action, and those that depend on it. */
export function discarded(opId: string): Change<null> {
  return (state) => {
    const entry = state.entries.find((one) => one.opId === opId);
    if (entry?.status !== "stale") return [state, null];
    const gone = new Set([entry, ...dependentsOf(state.entries, opId)]);
    return [{ ...state, entries: state.entries.filter((one) => !gone.has(one)) }, null];
  };
}

/**
 * Makes a stale action a new one at the end, as if it were made now; first those that it can't be done without. To be
 * given an op id for each.
 */
export function revived(
  opId: string,
  newOpId: () => string,
  made: Pick<Entry, "madeAt" | "birth">,
): Change<null> {
  const names = new Map<string, string>();
  const nameOf = (old: string) => {
    const name = names.get(old) ?? newOpId();
    names.set(old, name);
    return name;
  };
  const revive = (state: OutboxState, old: string): OutboxState => {
    const entry = state.entries.find((one) => one.opId === old);
    if (entry?.status !== "stale") return state;
    let next = state;
    for (const ref of refsOf(entry.action)) if (typeof ref !== "number") next = revive(next, ref.addedBy);
    const fresh = nameOf(old);
    const name = (ref: ItemRef) =>
      typeof ref !== "number" && ref.addedBy === old ? { addedBy: fresh } : ref;
    const others = next.entries.filter((one) => one.opId !== old);
    const renewed = {
      ...(next.entries.find((one) => one.opId === old) as Entry),
      ...FRESH,
      ...made,
      opId: fresh,
    };
    const number = nextNumber(others);
    return {
      ...next,
      entries: [
        ...others.map((one) => ({ ...one, action: renamed(one.action, name) })),
        { ...renewed, number },
      ],
    };
  };
  return (state) => [revive(state, opId), null];
}

/** What an action is that was never tried. */
export const FRESH = {
  status: "waiting",
  answeredAt: null,
  request: null,
  birth: null,
  failures: 0,
  breakdowns: 0,
  notBefore: 0,
  isAskedToWait: false,
  isLimited: false,
  outcome: null,
} as const satisfies Partial<Entry>;

/** Marks these rejections as reported to the user. */
export function markReported(opIds: ReadonlySet<string>): Change<null> {
  return (state) => {
    const entries = state.entries.map((entry) => {
      const { outcome } = entry;
      const isNew = opIds.has(entry.opId) && outcome?.kind === "rejected" && !outcome.isReported;
      return isNew ? { ...entry, outcome: { ...outcome, isReported: true } } : entry;
    });
    return [{ ...state, entries }, null];
  };
}

function nextNumber(entries: readonly Entry[]): number {
  return (entries.at(-1)?.number ?? 0) + 1;
}
