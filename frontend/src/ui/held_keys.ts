/**
 * A key that is held presses once: what it has pressed may have changed under it, or have given its place to something
 * else, which the next repeat would press.
 */

const PRESSES: ReadonlySet<string> = new Set(["Enter", " "]);
const IS_PRESSED = "button, a[href], summary";

/** Listens from now on, before everything else; gives the end of it. */
export function pressOnce(): () => void {
  document.addEventListener("keydown", ignoreRepeat, { capture: true });
  return () => document.removeEventListener("keydown", ignoreRepeat, { capture: true });
}

function ignoreRepeat(event: KeyboardEvent): void {
  if (!event.repeat || !PRESSES.has(event.key)) return;
  if (event.target instanceof Element && event.target.closest(IS_PRESSED)) event.preventDefault();
}
