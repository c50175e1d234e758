import { afterEach, beforeEach, expect, test } from "vitest";
import { followPointers } from "./drag.ts";

const FIRST = 1;
const SECOND = 2;

let area: HTMLElement;
let log: string[];
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
  log = [];
  leave = followPointers(area, {
    mayLift: () => true,
    lift: (key) => log.push(`lift ${key}`),
    carry: () => log.push("carry"),
    drop: () => log.push("drop"),
    cancel: () => log.push("cancel"),
    swipe: (_row, across) => log.push(`swipe ${across}`),
    endSwipe: (_row, key, across) => log.push(`end swipe of ${key} at ${across}`),
  });
});

afterEach(() => leave());

test("a carried row is released immediately when a second finger comes, and moves nowhere", () => {
  finger(FIRST, "pointerdown", row("a").firstElementChild as Element);
  finger(FIRST, "pointermove", row("a"), { y: 40 });
  finger(SECOND, "pointerdown", row("b"));
  expect(log).toEqual(["lift a", "carry", "cancel"]);

  finger(FIRST, "pointermove", row("a"), { y: 80 });
  finger(FIRST, "pointerup", row("a"), { y: 80 });
  finger(SECOND, "pointerup", row("b"));
  expect(log).toEqual(["lift a", "carry", "cancel"]);
});

test("a row that is swiped aside slides back when a second finger comes", () => {
  finger(FIRST, "pointerdown", row("a"));
  finger(FIRST, "pointermove", row("a"), { x: 60 });
  finger(SECOND, "pointerdown", row("b"));

  expect(log).toEqual(["swipe 60", "end swipe of a at 0"]);
});

test("after two fingers the next one lifts again", () => {
  finger(FIRST, "pointerdown", row("a").firstElementChild as Element);
  finger(SECOND, "pointerdown", row("b"));
  finger(FIRST, "pointerup", row("a"));
  finger(SECOND, "pointerup", row("b"));

  finger(FIRST, "pointerdown", row("b").firstElementChild as Element);
  finger(FIRST, "pointerup", row("b"));

  expect(log).toEqual(["lift a", "cancel", "lift b", "drop"]);
});

test("the button that a row was lifted or swiped by is not clicked, and is by the next tap", () => {
  const button = document.createElement("button");
  row("a").append(button);
  button.addEventListener("click", () => log.push("click"));
  const click = (detail: number) => button.dispatchEvent(new MouseEvent("click", { bubbles: true, detail }));
  for (const end of [{ y: 40 }, { x: 60 }]) {
    log = [];
    finger(FIRST, "pointerdown", "y" in end ? (row("a").firstElementChild as Element) : button);
    finger(FIRST, "pointermove", row("a"), end);
    finger(FIRST, "pointerup", row("a"), end);
    click(1);
    expect(log).not.toContain("click");
    // By a key.
    click(0);
    expect(log.filter((one) => one === "click")).toHaveLength(1);

    finger(FIRST, "pointerdown", button);
    finger(FIRST, "pointerup", button);
    click(1);
    expect(log.filter((one) => one === "click")).toHaveLength(2);
  }
});
