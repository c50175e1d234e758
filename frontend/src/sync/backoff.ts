/** How long to wait before the next try. Random, so that a server that comes back isn't met by all at once. */

const FIRST_MS = 1_000;
export const LONGEST_MS = 30_000;

/** Anything from nothing to a bound that doubles with each failure, as `random` says. */
export function fullJitter(failures: number, random: () => number): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
}
