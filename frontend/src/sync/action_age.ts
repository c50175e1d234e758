/**
 * The age of an action, as far as it can be determined. Pure.
 *
 * If the server's clock is known when an action is made, the time is stored by that clock. Otherwise it is stored by
 * both clocks of this browser, and the age is determined once the server's clock is known.
 */

import type { Entry } from "./outbox_state.ts";

/** The server stores keys for 24 hours; older actions are not sent, so that none is done twice. */
export const MAX_AGE_MS = 20 * 3_600_000;
// An action from this far in the future was made by a wrong clock: its age is unknown.
const MAX_AHEAD_MS = 3_600_000;
// As far apart as the two clocks of a browser drift within hours.
const DRIFT_MS = 60_000;

/** A moment by this browser's own clocks. */
export interface LocalTime {
  /** The tab: `uptime` means something only within it. */
  owner: string;
  now: number;
  uptime: number;
}

export interface ClockReading extends LocalTime {
  /** What the server's clock is ahead of `now`; null while that isn't known. */
  serverOffset: number | null;
}

type Aged = Pick<Entry, "madeAt" | "birth">;

/** Whether it is too old to be sent; null while that is unknown. */
export function isTooOld({ madeAt, birth }: Aged, reading: ClockReading): boolean | null {
  if (reading.serverOffset === null) return birth && isYoungByBoth(birth, reading) ? false : null;
  const age = reading.now + reading.serverOffset - madeAt;
  return age > MAX_AGE_MS || age < -MAX_AHEAD_MS;
}

/** With the moment of its making by the server's clock, once that is known. */
export function dated<T extends Aged>(entry: T, reading: ClockReading): T {
  const { birth } = entry;
  if (!birth || reading.serverOffset === null) return entry;
  const madeAt = reading.now + reading.serverOffset - Math.max(...agesByClocks(birth, reading));
  return { ...entry, birth: null, madeAt };
}

/**
 * The time since then by the clock that users can set and, in the same tab, by the one that may stop during sleep. If
 * they differ the reason is unknown, and the longer time is used.
 */
function agesByClocks(birth: LocalTime, { owner, now, uptime }: LocalTime): number[] {
  return birth.owner === owner ? [now - birth.now, uptime - birth.uptime] : [now - birth.now];
}

function isYoungByBoth(birth: LocalTime, reading: LocalTime): boolean {
  const [byClock = 0, byUptime] = agesByClocks(birth, reading);
  if (byUptime === undefined || Math.abs(byClock - byUptime) > DRIFT_MS) return false;
  return byUptime <= MAX_AGE_MS;
}
