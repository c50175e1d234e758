/** The window: its number of columns, its height above an on-screen keyboard, and reduced motion. */

import { computed, signal } from "@preact/signals";

// The widths of app.css; in a low window three columns would have no room for what plays.
const TWO_COLUMNS = matchMedia("(min-width: 40em)");
const THREE_COLUMNS = matchMedia("(min-width: 56.25em) and (min-height: 26em)");

const hasTwoColumns = signal(TWO_COLUMNS.matches);
const hasThreeColumns = signal(THREE_COLUMNS.matches);

TWO_COLUMNS.addEventListener("change", () => {
  hasTwoColumns.value = TWO_COLUMNS.matches;
});
THREE_COLUMNS.addEventListener("change", () => {
  hasThreeColumns.value = THREE_COLUMNS.matches;
});

export const columns = computed<1 | 2 | 3>(() => (hasThreeColumns.value ? 3 : hasTwoColumns.value ? 2 : 1));

// More than any phone shows above its keyboard, less than most show without one, in pixels.
const LOW_WINDOW_PIXELS = 520;
const TAKES_TEXT = "textarea, input:not([type=radio], [type=checkbox], [type=range])";
// A tap takes focus from the field before it presses: what it presses must not move away from under it.
const BLUR_DELAY_MILLISECONDS = 300;

/** While it is open, how much of the window it leaves, in pixels; else null. */
export const heightAboveKeyboard = signal<number | null>(null);

/** Follows focus and the visible part of the window from now on. */
export function watchOnScreenKeyboard(): void {
  const isByFinger = matchMedia("(pointer: coarse)");
  const look = () => {
    const { activeElement: field } = document;
    // Enlarged by two fingers it shows less, but the keyboard takes no more.
    const height = visualViewport ? visualViewport.height * visualViewport.scale : innerHeight;
    const isTyping = isByFinger.matches && height < LOW_WINDOW_PIXELS && Boolean(field?.matches(TAKES_TEXT));
    heightAboveKeyboard.value = isTyping ? Math.round(height) : null;
    if (isTyping) requestAnimationFrame(() => field?.scrollIntoView({ block: "nearest" }));
  };
  addEventListener("focusin", ({ target }) => (target as Element).matches(TAKES_TEXT) && look());
  addEventListener("focusout", () => setTimeout(look, BLUR_DELAY_MILLISECONDS));
  visualViewport?.addEventListener("resize", look);
}

const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");

/** Whether the user prefers reduced motion. */
export function prefersReducedMotion(): boolean {
  return REDUCED_MOTION.matches;
}
