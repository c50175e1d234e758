/** Whether the reader wants things to stand still. */

const WISH = matchMedia("(prefers-reduced-motion: reduce)");

export function wantsStillness(): boolean {
  return WISH.matches;
}
