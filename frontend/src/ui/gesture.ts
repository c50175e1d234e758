/**
 * The meaning of movements of a finger, pen or mouse on a list: lift a row, swipe one aside, or scroll.
 *
 * Knows no elements and no clock; `drag.ts` feeds it.
 */

export interface Point {
  x: number;
  y: number;
}

export interface Press extends Point {
  kind: "touch" | "pen" | "mouse";
  /** On the handle a row is lifted without waiting. */
  isOnHandle: boolean;
  /** On a button the mouse presses the button. */
  isOnControl: boolean;
  mayLift: boolean;
}

/** `free`: the browser may do with the pointer what it likes, we have nothing to do with it. */
export type Phase = "free" | "waiting" | "lifted" | "swiping";

// As far as a finger trembles, in pixels.
const TOUCH_TOLERANCE = 8;
// As far as a hand with a mouse trembles.
const MOUSE_TOLERANCE = 4;
/** Long enough not to be a tap, short enough not to be a test of patience. */
export const LONG_PRESS_MILLISECONDS = 350;

export class Gesture {
  phase: Phase = "free";
  #press: Press | null = null;

  get press(): Press | null {
    return this.#press;
  }

  /** Whether the row is to be lifted once the pointer has rested for a long press. */
  get waitsForLongPress(): boolean {
    return this.phase === "waiting" && this.#press?.kind === "touch" && this.#press.mayLift;
  }

  down(press: Press): Phase {
    this.#press = press;
    const isNoUse = press.kind !== "touch" && (press.isOnControl || !press.mayLift);
    this.phase = isNoUse ? "free" : press.isOnHandle && press.mayLift ? "lifted" : "waiting";
    return this.phase;
  }

  move(point: Point): Phase {
    if (this.phase !== "waiting" || !this.#press) return this.phase;
    const across = Math.abs(point.x - this.#press.x);
    const along = Math.abs(point.y - this.#press.y);
    if (this.#press.kind === "touch") {
      // Along the list a finger scrolls, across it swipes the row.
      if (along > TOUCH_TOLERANCE && along >= across) this.phase = "free";
      else if (across > TOUCH_TOLERANCE) this.phase = "swiping";
    } else if (Math.max(across, along) > MOUSE_TOLERANCE) this.phase = "lifted";
    return this.phase;
  }

  /** The pointer has rested long enough. */
  rest(): Phase {
    if (this.waitsForLongPress) this.phase = "lifted";
    return this.phase;
  }

  end(): void {
    this.phase = "free";
    this.#press = null;
  }
}
