/**
 * Rows out of their places: they glide from where they were to where they belong, or are held somewhere.
 *
 * Works from the list's own numbers and asks the browser for no measure: a row's place plus what is left of its
 * glide is where the eye sees it.
 */

import { wantsStillness } from "./reduced_motion.ts";
import type { RowElements } from "./row_elements.ts";
import type { RowOrder } from "./row_order.ts";
import { clamp, type Sight } from "./virtual_window.ts";

const GLIDE: KeyframeAnimationOptions = { duration: 180, easing: "ease-out" };
// More at once is another list, not a change of this one.
const MOST_GROWING = 8;
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

export class RowMotion {
  readonly #glides = new Map<string, Glide>();
  #held: { key: string; top: number } | null = null;

  /** The row that is held out of its place. */
  get heldKey(): string | null {
    return this.#held?.key ?? null;
  }

  /** From now on the row is where it is held: so many pixels below the top of the list. */
  hold(key: string, top: number): void {
    this.#stop(key);
    this.#held = { key, top };
  }

  showHeld(rows: RowElements, placeOf: PlaceOf): void {
    const held = this.#held;
    const element = held && rows.find(held.key);
    if (!held || !element) return;
    element.dataset["held"] = "";
    element.style.setProperty("translate", `0 ${held.top - placeOf(held.key)}px`);
  }

  /** The row glides to its place. */
  letGo(rows: RowElements, placeOf: PlaceOf): void {
    const held = this.#held;
    const element = held && rows.find(held.key);
    this.#held = null;
    if (!held || !element) return;
    element.style.removeProperty("translate");
    delete element.dataset["held"];
    this.#glide(held.key, element, held.top - placeOf(held.key));
  }

  /** Lets every row glide from where it was seen to where it is now, and new ones grow. */
  follow(rows: RowElements, before: Scene, now: Scene): void {
    const fresh: Element[] = [];
    for (const [key, element] of rows) {
      if (key === this.heldKey) continue;
      const oldTop = topOf(key, before);
      if (oldTop === null) fresh.push(element);
      else this.#follow(key, element, oldTop, now);
    }
    if (before.order.count && fresh.length <= MOST_GROWING) for (const element of fresh) grow(element);
  }

  /** Lets the row glide from so many pixels below its place to its place, or to `to` below it. */
  #glide(key: string, element: HTMLElement, from: number, to = 0): void {
    this.#stop(key);
    if (Math.abs(from - to) < 1 || wantsStillness()) return;
    const animation = element.animate({ translate: [`0 ${from}px`, `0 ${to}px`] }, GLIDE);
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
    // What stays under the eye goes on with the glide that it may be in.
    if (top === null || top === oldTop) return;
    const { row, height } = now.sight;
    // From far away or to there it only passes the edge of the window.
    const within = (place: number) => clamp(place, -row, height);
    this.#glide(key, element, within(oldTop + this.#offsetOf(key)) - top, within(top) - top);
  }

  /** How far below its place the eye sees the row now, in pixels. */
  #offsetOf(key: string): number {
    const glide = this.#glides.get(key);
    if (!glide) return 0;
    const progress = glide.animation.effect?.getComputedTiming().progress ?? 1;
    return glide.from + (glide.to - glide.from) * progress;
  }
}

function grow(element: Element): void {
  if (wantsStillness()) return;
  element.animate({ opacity: [0, 1], scale: ["1 0.4", "1 1"] }, GLIDE);
}

/** In the window onto the list, in pixels; null when the row is not there. */
function topOf(key: string, { order, sight }: Scene): number | null {
  const index = order.indexOf(key);
  return index < 0 ? null : index * sight.row - sight.scrollTop;
}
