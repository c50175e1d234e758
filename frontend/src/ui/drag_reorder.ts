/** Carries one row of a virtual list by a pointer: the row follows, a line shows the place, the edges scroll. */

import {
  type DropPosition,
  edgeSpeed,
  gapOfSlot,
  indexAmongOthers,
  positionAtSlot,
  slotOfPosition,
  slotUnder,
} from "./drop_position.ts";
import type { Point } from "./gesture.ts";
import type { VirtualList } from "./virtual_list.tsx";
import { clamp } from "./virtual_window.ts";

export interface ReorderOptions {
  list: () => VirtualList | null;
  /** The drop line, in the list's coordinates. */
  line: () => HTMLElement | null;
  /** The row is dropped at another place than its own. */
  onMove: (key: string, place: DropPosition) => void;
  /** The carried row was removed by another user. */
  onVanish: () => void;
}

interface Carried {
  key: string;
  /** From the row's top to the pointer. */
  grip: number;
  /** Of the pointer, in the window's coordinates. */
  y: number;
  /** Null while it is over its own place. */
  place: DropPosition | null;
  /** The row's top for which `place` was found: the place stays until the row is carried on. */
  foundAt: number;
}

// A page that slept draws no frames; the list must not leap when it wakes.
const LONGEST_FRAME_SECONDS = 0.05;

export class DragReorder {
  readonly #options: ReorderOptions;
  #keys: readonly string[] = [];
  #carried: Carried | null = null;
  /** Of the list in the window. Measured once: asking in each frame would cost a layout in each frame. */
  #bounds = { top: 0, height: 0 };
  #frame = 0;
  #lastFrame = 0;

  constructor(options: ReorderOptions) {
    this.#options = options;
  }

  /** The keys of all rows, in order, whenever they have changed. */
  setKeys(keys: readonly string[]): void {
    this.#keys = keys;
    const carried = this.#carried;
    if (!carried) return;
    if (!keys.includes(carried.key)) {
      this.#end();
      this.#options.onVanish();
    } else if (carried.place && this.#slotOf(carried) < 0) {
      // Its neighbour is gone: what the row is over now counts.
      carried.foundAt = Number.NaN;
    }
  }

  lift(key: string, point: Point): void {
    const list = this.#options.list();
    const index = this.#keys.indexOf(key);
    if (!list?.scroller || index < 0) return;
    list.scroller.dataset["carrying"] = "";
    this.#bounds = list.scroller.getBoundingClientRect();
    const top = index * list.rowPixels;
    const grip = point.y - this.#topOf(list) - top;
    this.#carried = { key, grip, y: point.y, place: null, foundAt: top };
    this.#lastFrame = performance.now();
    this.#draw(this.#lastFrame);
  }

  carry(point: Point): void {
    if (this.#carried) this.#carried.y = point.y;
  }

  drop(): void {
    const carried = this.#carried;
    const list = this.#options.list();
    if (!carried || !list) return;
    this.#follow(carried, list);
    // The move first, so that the row is released at its new position.
    if (carried.place) this.#options.onMove(carried.key, carried.place);
    this.#end();
  }

  cancel(): void {
    if (this.#carried) this.#end();
  }

  readonly #draw = (now: number): void => {
    const carried = this.#carried;
    const list = this.#options.list();
    if (!carried || !list) return;
    const seconds = Math.min((now - this.#lastFrame) / 1000, LONGEST_FRAME_SECONDS);
    this.#lastFrame = now;
    const speed = edgeSpeed(carried.y - this.#bounds.top, this.#bounds.height);
    if (speed) list.scrollBy(speed * seconds);
    this.#follow(carried, list);
    this.#frame = requestAnimationFrame(this.#draw);
  };

  /** Puts the row under the pointer and finds the place that it is over. */
  #follow(carried: Carried, list: VirtualList): void {
    const row = list.rowPixels;
    const bottom = (this.#keys.length - 1) * row;
    const top = clamp(carried.y - this.#topOf(list) - carried.grip, -row / 2, bottom + row / 2);
    list.pin(carried.key, top);
    if (top !== carried.foundAt) {
      carried.foundAt = top;
      carried.place = this.#placeUnder(carried.key, top, row);
    }
    this.#drawLine(carried, row);
  }

  #placeUnder(key: string, top: number, row: number): DropPosition | null {
    const slot = slotUnder(top, row, this.#keys.length);
    if (slot === this.#keys.indexOf(key)) return null;
    return positionAtSlot(
      slot,
      this.#keys.filter((one) => one !== key),
    );
  }

  #slotOf({ key, place }: Carried): number {
    const own = this.#keys.indexOf(key);
    if (!place) return own;
    return slotOfPosition(place, (one) => indexAmongOthers(this.#keys.indexOf(one), own));
  }

  #drawLine(carried: Carried, row: number): void {
    const line = this.#options.line();
    if (!line) return;
    const own = this.#keys.indexOf(carried.key);
    const slot = this.#slotOf(carried);
    line.hidden = slot < 0 || slot === own;
    line.style.transform = `translateY(${gapOfSlot(slot, own) * row}px)`;
  }

  #end(): void {
    cancelAnimationFrame(this.#frame);
    this.#carried = null;
    const line = this.#options.line();
    if (line) line.hidden = true;
    const list = this.#options.list();
    delete list?.scroller?.dataset["carrying"];
    list?.release();
  }

  /** Where the first row begins, in the window's coordinates. */
  #topOf(list: VirtualList): number {
    return this.#bounds.top - list.scrollTop;
  }
}
