/** A row pushed aside by a finger: it gives way more and more slowly, and slides back when it is let go. */

import { wantsStillness } from "./reduced_motion.ts";
import { clamp } from "./virtual_window.ts";

// Far enough to be meant, in pixels.
const MEANT = 56;
// As far as a row ever goes.
const MOST = 96;

export function pushesFarEnough(across: number): boolean {
  return Math.abs(across) >= MEANT;
}

/** Shows the row's inside so much to the right, or to the left of 0. */
export function pushAside(row: HTMLElement, across: number): void {
  const inside = row.firstElementChild as HTMLElement | null;
  row.dataset["pushed"] = across < 0 ? "left" : "right";
  row.toggleAttribute("data-far", pushesFarEnough(across));
  inside?.style.setProperty("translate", `${travel(across)}px 0`);
}

export function letSlideBack(row: HTMLElement): void {
  const inside = row.firstElementChild as HTMLElement | null;
  delete row.dataset["pushed"];
  row.removeAttribute("data-far");
  const from = inside?.style.translate;
  inside?.style.removeProperty("translate");
  if (from && !wantsStillness()) {
    inside?.animate({ translate: [from, "0 0"] }, { duration: 180, easing: "ease-out" });
  }
}

/** The finger's way up to what is meant, then half of it. */
export function travel(across: number): number {
  const beyond = Math.max(0, Math.abs(across) - MEANT);
  return Math.sign(across) * clamp(Math.min(Math.abs(across), MEANT) + beyond / 2, 0, MOST);
}
