/** Follows pointers over the rows of a list: a row is lifted and carried, or swiped aside. */

import { Gesture, LONG_PRESS_MILLISECONDS, type Point, type Press } from "./gesture.ts";
import { prefersReducedMotion } from "./screen.ts";
import { clamp } from "./virtual_window.ts";

export interface DragListener {
  /** Whether rows can be moved at all now. */
  mayLift: () => boolean;
  lift: (key: string, point: Point) => void;
  carry: (point: Point) => void;
  drop: () => void;
  /** Escape, or the browser has taken the pointer away. */
  cancel: () => void;
  /** The row is swiped so many pixels to the right, or to the left of 0. */
  swipe: (row: HTMLElement, across: number) => void;
  /** The row is released there. */
  endSwipe: (row: HTMLElement, key: string, across: number) => void;
}

const CONTROL = "button, a, input, select, textarea";

/** Listens on `area` until the function that it gives is called. Rows carry `data-key`, handles `data-handle`. */
export function followPointers(area: HTMLElement, listener: DragListener): () => void {
  const follower = new PointerFollower(area, listener);
  const listening = new AbortController();
  const options = { signal: listening.signal };
  area.addEventListener("pointerdown", follower.onDown, options);
  // While a row is carried the finger must not scroll. Not passive, and there before the finger is.
  area.addEventListener("touchmove", follower.onTouchMove, { ...options, passive: false });
  area.addEventListener("contextmenu", follower.onContextMenu, options);
  // Pictures and links would start the browser's own dragging.
  area.addEventListener("dragstart", (event) => event.preventDefault(), options);
  return () => {
    follower.cancelAll();
    listening.abort();
  };
}

class PointerFollower {
  readonly #area: HTMLElement;
  readonly #listener: DragListener;
  readonly #gesture = new Gesture();
  #pointer: number | null = null;
  #row: HTMLElement | null = null;
  #key = "";
  #point: Point = { x: 0, y: 0 };
  #longPress: ReturnType<typeof setTimeout> | undefined;
  #following: AbortController | null = null;

  constructor(area: HTMLElement, listener: DragListener) {
    this.#area = area;
    this.#listener = listener;
  }

  readonly onDown = (event: PointerEvent): void => {
    // A second finger means something else: the first one stops.
    if (this.#pointer !== null) {
      this.cancelAll();
      return;
    }
    const target = event.target as Element;
    const row = target.closest<HTMLElement>("[data-key]");
    if (!row || event.button !== 0 || event.ctrlKey) return;
    this.#begin(event, row, pressOf(event, target, this.#listener.mayLift()));
  };

  readonly onTouchMove = (event: TouchEvent): void => {
    const isOurs = this.#gesture.phase === "lifted" || this.#gesture.phase === "swiping";
    if (isOurs && event.cancelable) event.preventDefault();
  };

  readonly onContextMenu = (event: Event): void => {
    if (this.#gesture.press?.kind === "touch") event.preventDefault();
  };

  cancelAll(): void {
    const { phase } = this.#gesture;
    if (phase === "lifted") this.#listener.cancel();
    if (phase === "swiping" && this.#row) this.#listener.endSwipe(this.#row, this.#key, 0);
    this.#forget();
  }

  #begin(event: PointerEvent, row: HTMLElement, press: Press): void {
    this.#point = { x: event.clientX, y: event.clientY };
    if (this.#gesture.down(press) === "free") {
      this.#gesture.end();
      return;
    }
    this.#pointer = event.pointerId;
    this.#row = row;
    this.#key = row.dataset["key"] ?? "";
    this.#listen();
    if (this.#gesture.phase === "lifted") this.#lift();
    if (this.#gesture.waitsForLongPress) {
      this.#longPress = setTimeout(
        () => this.#gesture.rest() === "lifted" && this.#lift(),
        LONG_PRESS_MILLISECONDS,
      );
    }
  }

  #listen(): void {
    this.#following = new AbortController();
    const options = { signal: this.#following.signal, capture: true };
    addEventListener("pointermove", this.#onMove, options);
    addEventListener("pointerup", this.#onUp, options);
    addEventListener("pointercancel", this.#onCancel, options);
    addEventListener("keydown", this.#onKey, options);
    addEventListener("blur", () => this.cancelAll(), { signal: this.#following.signal });
  }

  #lift(): void {
    clearTimeout(this.#longPress);
    this.#capture();
    vibrate();
    this.#listener.lift(this.#key, this.#point);
  }

  /** The list gets the pointer's events from now on, also outside of it. */
  #capture(): void {
    try {
      if (this.#pointer !== null) this.#area.setPointerCapture(this.#pointer);
    } catch {
      // The pointer is gone already; its end comes as an event.
    }
  }

  readonly #onMove = (event: PointerEvent): void => {
    if (event.pointerId !== this.#pointer) return;
    this.#point = { x: event.clientX, y: event.clientY };
    const before = this.#gesture.phase;
    const phase = this.#gesture.move(this.#point);
    if (phase === "free") this.#forget();
    if (phase === "lifted" && before !== "lifted") this.#lift();
    if (phase === "lifted") this.#listener.carry(this.#point);
    if (phase === "swiping") this.#swipe(before !== "swiping");
  };

  #swipe(isFirst: boolean): void {
    clearTimeout(this.#longPress);
    if (isFirst) this.#capture();
    if (this.#row) this.#listener.swipe(this.#row, this.#across());
  }

  #across(): number {
    return this.#point.x - (this.#gesture.press?.x ?? this.#point.x);
  }

  readonly #onUp = (event: PointerEvent): void => {
    if (event.pointerId !== this.#pointer) return;
    const { phase } = this.#gesture;
    if (phase === "lifted" || phase === "swiping") ignoreClick();
    if (phase === "lifted") this.#listener.drop();
    if (phase === "swiping" && this.#row) this.#listener.endSwipe(this.#row, this.#key, this.#across());
    this.#forget();
  };

  readonly #onCancel = (event: PointerEvent): void => {
    if (event.pointerId === this.#pointer) this.cancelAll();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || this.#gesture.phase === "waiting") return;
    event.stopPropagation();
    event.preventDefault();
    this.cancelAll();
  };

  #forget(): void {
    clearTimeout(this.#longPress);
    this.#following?.abort();
    this.#following = null;
    this.#pointer = null;
    this.#row = null;
    this.#gesture.end();
  }
}

function pressOf(event: PointerEvent, target: Element, mayLift: boolean): Press {
  const isOnHandle = target.closest("[data-handle]") !== null;
  return {
    x: event.clientX,
    y: event.clientY,
    kind: event.pointerType === "touch" ? "touch" : event.pointerType === "pen" ? "pen" : "mouse",
    isOnHandle,
    isOnControl: !isOnHandle && target.closest(CONTROL) !== null,
    mayLift,
  };
}

/**
 * What the pointer was lifted from is not clicked: to a browser a press that is longer than ours and shorter than its
 * own is still a tap.
 */
function ignoreClick(): void {
  const ignoring = new AbortController();
  const options = { signal: ignoring.signal, capture: true };
  const ignore = (event: MouseEvent) => {
    // A click by a key or by a script is meant.
    if (event.detail === 0) return;
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", ignore, options);
  addEventListener("pointerdown", () => ignoring.abort(), options);
}

/** A short tap of the device against the finger, where there is such a thing. */
function vibrate(): void {
  // Before the first finished touch browsers reject it with a warning.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(10);
}

// Far enough to be meant, in pixels.
const MIN_SWIPE_PIXELS = 56;
// As far as a row ever goes.
const MAX_SWIPE_PIXELS = 96;

export function isSwipeFarEnough(across: number): boolean {
  return Math.abs(across) >= MIN_SWIPE_PIXELS;
}

/** Shows the row's inside so much to the right, or to the left of 0. */
export function showSwipe(row: HTMLElement, across: number): void {
  const inside = row.firstElementChild as HTMLElement | null;
  row.dataset["pushed"] = across < 0 ? "left" : "right";
  row.toggleAttribute("data-far", isSwipeFarEnough(across));
  inside?.style.setProperty("translate", `${swipeOffset(across)}px 0`);
}

export function endSwipe(row: HTMLElement): void {
  const inside = row.firstElementChild as HTMLElement | null;
  delete row.dataset["pushed"];
  row.removeAttribute("data-far");
  const from = inside?.style.translate;
  inside?.style.removeProperty("translate");
  if (from && !prefersReducedMotion()) {
    inside?.animate({ translate: [from, "0 0"] }, { duration: 180, easing: "ease-out" });
  }
}

/** The finger's way up to what is meant, then half of it. */
export function swipeOffset(across: number): number {
  const beyond = Math.max(0, Math.abs(across) - MIN_SWIPE_PIXELS);
  return (
    Math.sign(across) * clamp(Math.min(Math.abs(across), MIN_SWIPE_PIXELS) + beyond / 2, 0, MAX_SWIPE_PIXELS)
  );
}
