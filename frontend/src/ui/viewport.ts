/** The window onto a list: its size, the size of a row, and how far it is scrolled, without asking more than needed. */

import { createRef } from "preact";
import { prefersReducedMotion } from "./screen.ts";
import { clamp, type Sight } from "./virtual_window.ts";

export class Viewport {
  readonly scroller = createRef<HTMLDivElement>();
  /** As high as a row. */
  readonly probe = createRef<HTMLDivElement>();
  #sight: Sight = { scrollTop: 0, height: 0, row: 0 };

  /** As last known. */
  get sight(): Sight {
    return this.#sight;
  }

  get isKnown(): boolean {
    return this.#sight.row > 0;
  }

  /** Calls when the window or the rows have got another size, until the function that it gives is called. */
  watch(changed: () => void): () => void {
    const look = () => this.#measure() && changed();
    const watcher = new ResizeObserver(look);
    for (const { current } of [this.scroller, this.probe]) if (current) watcher.observe(current);
    look();
    return () => watcher.disconnect();
  }

  /** Reads the scroll position, for which the browser may have to lay out the page. */
  read(): number {
    this.#place(this.scroller.current?.scrollTop ?? 0);
    return this.#sight.scrollTop;
  }

  /**
   * Sets the scroll position for a list of so many rows that is about to be rendered. In the part below the rows it
   * stays.
   */
  intend(top: number, count: number, hasTail = false): void {
    const { row, height, scrollTop } = this.#sight;
    this.#place(clamp(top, 0, Math.max(0, count * row - height, hasTail ? scrollTop : 0)));
  }

  scrollAtOnce(top: number): void {
    const scroller = this.scroller.current;
    if (!scroller) return;
    if (scroller.scrollTop !== top) scroller.scrollTop = top;
    // The browser limits it to the list's bounds.
    this.read();
  }

  /** Softly where it isn't far, and the reader doesn't want stillness. */
  scrollSoftly(top: number): void {
    const isFar = Math.abs(top - this.#sight.scrollTop) > this.#sight.height * 4;
    this.scroller.current?.scrollTo({
      top,
      behavior: isFar || prefersReducedMotion() ? "instant" : "smooth",
    });
  }

  #place(scrollTop: number): void {
    this.#sight = { ...this.#sight, scrollTop };
  }

  /** Whether anything is another than before. */
  #measure(): boolean {
    const scroller = this.scroller.current;
    const height = scroller?.clientHeight ?? 0;
    const row = this.probe.current?.getBoundingClientRect().height ?? 0;
    const old = this.#sight;
    // A hidden list has no sizes: the last known ones stay.
    if (!scroller || !height || !row || (height === old.height && row === old.row)) return false;
    // With other heights the same row stays first.
    if (old.row && row !== old.row) scroller.scrollTop = (old.scrollTop / old.row) * row;
    this.#sight = { scrollTop: scroller.scrollTop, height, row };
    return true;
  }
}
