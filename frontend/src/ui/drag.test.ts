import { afterEach, beforeEach, expect, test } from "vitest";
import { followPointers } from "./drag.ts";

const FIRST = 1;
const SECOND = 2;

let area: HTMLElement;
let told: string[];
let leave: () => void;

function row(key: string): HTMLElement {
  return area.querySelector(`[data-key=${key}]`) as HTMLElement;
}

/** A finger; it is noticed by whatever it is on. */
function finger(pointerId: number, type: string, on: Element, { x = 0, y = 0 } = {}): void {
  const place = { clientX: x, clientY: y };
  on.dispatchEvent(new PointerEvent(type, { pointerId, pointerType: "touch", bubbles: true, ...place }));
}

beforeEach(() => {
  area = document.createElement("ul");
  area.innerHTML = `<li data-key="a"><b data-handle></b></li><li data-key="b"><b data-handle></b></li>`;
  document.body.replaceChildren(area);
  told = [];
  leave = followPointers(area, {
    mayLift: () => true,
    lift: (key) => told.push(`lift ${key}`),
    carry: () => told.push("carry"),
    drop: () => told.push("drop"),
    cancel: () => told.push("cancel"),
    push: (_row, across) => told.push(`push ${across}`),
    endPush: (_row, key, across) => told.push(`end push of ${key} at ${across}`),
  });
});

afterEach(() => leave());

test("a row that is carried is let go at once when a second finger comes, and lands nowhere", () => {
  finger(FIRST, "pointerdown", row("a").firstElementChild as Element);
  finger(FIRST, "pointermove", row("a"), { y: 40 });
  finger(SECOND, "pointerdown", row("b"));
  expect(told).toEqual(["lift a", "carry", "cancel"]);

  finger(FIRST, "pointermove", row("a"), { y: 80 });
  finger(FIRST, "pointerup", row("a"), { y: 80 });
  finger(SECOND, "pointerup", row("b"));
  expect(told).toEqual(["lift a", "carry", "cancel"]);
});

test("a row that is pushed aside slides back when a second finger comes", () => {
  finger(FIRST, "pointerdown", row("a"));
  finger(FIRST, "pointermove", row("a"), { x: 60 });
  finger(SECOND, "pointerdown", row("b"));

  expect(told).toEqual(["push 60", "end push of a at 0"]);
});

test("after two fingers the next one lifts again", () => {
  finger(FIRST, "pointerdown", row("a").firstElementChild as Element);
  finger(SECOND, "pointerdown", row("b"));
  finger(FIRST, "pointerup", row("a"));
  finger(SECOND, "pointerup", row("b"));

  finger(FIRST, "pointerdown", row("b").firstElementChild as Element);
  finger(FIRST, "pointerup", row("b"));

  expect(told).toEqual(["lift a", "cancel", "lift b", "drop"]);
});
