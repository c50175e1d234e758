/**
 * Rows out of their places: they glide from their old position to the new one, or are pinned somewhere.
 *
 * Uses the list's own numbers instead of measuring: a row's position plus the rest of its glide is where it is
 * visible.
 */

import type { RowElements } from "./row_elements.ts";
import { prefersReducedMotion } from "./screen.ts";
import { clamp, type RowOrder, type Sight } from "./virtual_window.ts";

const TIMING: KeyframeAnimationOptions = { duration: 180, easing: "ease-out" };
// More new rows than this are another list, not a change of this one.
const MAX_GROWING = 8;
// More than one row, in pixels.
const FAR = 120;

/** A list as it was seen at one moment. */
export interface Scene {
  order: RowOrder;
  sight: Sight;
}

interface Glide {
  from: number;
  to: number;
  element: HTMLElement;
  animation: Animation;
}

/** In pixels from the top of the list. */
type PlaceOf = (key: string) => number;

export class RowAnimation {
  readonly #glides = new Map<string, Glide>();
  #pinned: { key: string; top: number } | null = null;

  /** The row that is pinned out of its place. */
  get pinnedKey(): string | null {
    return this.#pinned?.key ?? null;
  }

  /** Shows the row so many pixels below the top of the list. */
  pin(key: string, top: number): void {
    this.#stop(key);
    this.#pinned = { key, top };
  }

  showPinned(rows: RowElements, placeOf: PlaceOf): void {
    const pinned = this.#pinned;
    const element = pinned && rows.find(pinned.key);
    if (!pinned || !element) return;
    element.dataset["held"] = "";
    element.style.setProperty("translate", `0 ${pinned.top - placeOf(pinned.key)}px`);
  }

  /** The row glides to its place. */
  release(rows: RowElements, placeOf: PlaceOf): void {
    const pinned = this.#pinned;
    const element = pinned && rows.find(pinned.key);
    this.#pinned = null;
    if (!pinned || !element) return;
    element.style.removeProperty("translate");
    delete element.dataset["held"];
    this.#glide(pinned.key, element, pinned.top - placeOf(pinned.key));
  }

  /** Lets every row glide from where it was seen to where it is now, and new ones grow. */
  follow(rows: RowElements, before: Scene, now: Scene): void {
    const fresh: Element[] = [];
    for (const [key, element] of rows) {
      if (key === this.pinnedKey) continue;
      const oldTop = topOf(key, before);
      if (oldTop === null) fresh.push(element);
      else this.#follow(key, element, oldTop, now);
    }
    if (before.order.count && fresh.length <= MAX_GROWING) for (const element of fresh) grow(element);
  }

  /** Lets the row glide from so many pixels below its place to its place, or to `to` below it. */
  #glide(key: string, element: HTMLElement, from: number, to = 0): void {
    this.#stop(key);
    if (Math.abs(from - to) < 1 || prefersReducedMotion()) return;
    const animation = element.animate({ translate: [`0 ${from}px`, `0 ${to}px`] }, TIMING);
    this.#glides.set(key, { from, to, element, animation });
    // What goes far goes above those that make room for it.
    if (Math.abs(from - to) > FAR) element.style.setProperty("z-index", "1");
    animation.onfinish = () => this.#stop(key);
  }

  #stop(key: string): void {
    const glide = this.#glides.get(key);
    if (!glide) return;
    this.#glides.delete(key);
    glide.animation.onfinish = null;
    glide.animation.cancel();
    glide.element.style.removeProperty("z-index");
  }

  #follow(key: string, element: HTMLElement, oldTop: number, now: Scene): void {
    const top = topOf(key, now);
    // A row that stays continues its glide, if any.
    if (top === null || top === oldTop) return;
    const { row, height } = now.sight;
    // From far away or to there it only passes the edge of the window.
    const within = (place: number) => clamp(place, -row, height);
    this.#glide(key, element, within(oldTop + this.#offsetOf(key)) - top, within(top) - top);
  }

  /** How far below its place the row is visible now, in pixels. */
  #offsetOf(key: string): number {
    const glide = this.#glides.get(key);
    if (!glide) return 0;
    const progress = glide.animation.effect?.getComputedTiming().progress ?? 1;
    return glide.from + (glide.to - glide.from) * progress;
  }
}

function grow(element: Element): void {
  if (prefersReducedMotion()) return;
  element.animate({ opacity: [0, 1], scale: ["1 0.4", "1 1"] }, TIMING);
}

/** In the window onto the list, in pixels; null when the row is not there. */
function topOf(key: string, { order, sight }: Scene): number | null {
  const index = order.indexOf(key);
  return index < 0 ? null : index * sight.row - sight.scrollTop;
}
