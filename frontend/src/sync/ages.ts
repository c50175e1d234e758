/**
 * How old an action is, as far as that can be known. Pure.
 *
 * Whoever knows the server's clock when making it notes that, and its age can be told for ever. Else its birth is
 * noted by both clocks of this browser, and its age is told once the server's clock is known.
 */

import type { Entry } from "./outbox_state.ts";

/** The server remembers keys for 24 hours; what is older than this is not sent, so that nothing happens twice. */
export const MAX_AGE_MS = 20 * 3_600_000;
// An action from this far in the future was made by a clock that was wrong: how old it is, nobody knows.
const MAX_AHEAD_MS = 3_600_000;
// As far apart as the two clocks of a browser drift within hours.
const DRIFT_MS = 60_000;

/** A moment by this browser's own clocks. */
export interface Birth {
  /** The tab: `uptime` means something only within it. */
  owner: string;
  now: number;
  uptime: number;
}

export interface Reading extends Birth {
  /** What the server's clock is ahead of `now`; null while that isn't known. */
  serverOffset: number | null;
}

type Aged = Pick<Entry, "madeAt" | "birth">;

/** Whether it may not be sent any more; null while nobody knows. */
export function isTooOld({ madeAt, birth }: Aged, reading: Reading): boolean | null {
  if (reading.serverOffset === null) return birth && isYoungByBoth(birth, reading) ? false : null;
  const age = reading.now + reading.serverOffset - madeAt;
  return age > MAX_AGE_MS || age < -MAX_AHEAD_MS;
}

/** With the moment of its making by the server's clock, once that is known. */
export function dated<T extends Aged>(entry: T, reading: Reading): T {
  const { birth } = entry;
  if (!birth || reading.serverOffset === null) return entry;
  const madeAt = reading.now + reading.serverOffset - Math.max(...spans(birth, reading));
  return { ...entry, birth: null, madeAt };
}

/**
 * How long ago that was: by the clock that people set and, in the same tab, by the one that stands still while the
 * machine sleeps. Where they differ nobody knows which of the two happened, and the longer one counts.
 */
function spans(birth: Birth, { owner, now, uptime }: Birth): number[] {
  return birth.owner === owner ? [now - birth.now, uptime - birth.uptime] : [now - birth.now];
}

function isYoungByBoth(birth: Birth, reading: Birth): boolean {
  const [byClock = 0, byUptime] = spans(birth, reading);
  if (byUptime === undefined || Math.abs(byClock - byUptime) > DRIFT_MS) return false;
  return byUptime <= MAX_AGE_MS;
}
