import { afterAll, afterEach, beforeAll, describe, expect, it, test } from "vitest";
import { ignoreKeyRepeat, rowForKey } from "./keyboard.ts";

it.each([
  ["ArrowDown", 3, 4],
  ["ArrowUp", 3, 2],
  ["PageDown", 3, 10],
  ["PageUp", 30, 23],
  ["Home", 30, 0],
  ["End", 3, 99],
])("%s leads from row %i to row %i", (key, from, to) => {
  expect(rowForKey(key, from, 100, 7)).toBe(to);
});

it.each([
  ["ArrowUp", 0, 0],
  ["PageUp", 3, 0],
  ["ArrowDown", 99, 99],
  ["PageDown", 97, 99],
])("%s stays within the list", (key, from, to) => {
  expect(rowForKey(key, from, 100, 7)).toBe(to);
});

it("leads nowhere by other keys, and in an empty list", () => {
  expect(rowForKey("a", 3, 100, 7)).toBeNull();
  expect(rowForKey("ArrowDown", 0, 0, 7)).toBeNull();
});

let stop = () => {};
beforeAll(() => {
  stop = ignoreKeyRepeat();
});
afterEach(() => document.body.replaceChildren());
afterAll(() => stop());

/** Whether the browser still does what it does by itself for that key on the element, or on that marked with `here`. */
function works(html: string, key: string, repeat: boolean): boolean {
  document.body.innerHTML = html;
  const place = document.querySelector("[here]") ?? document.body.firstElementChild;
  const init = { key, repeat, bubbles: true, cancelable: true };
  return place?.dispatchEvent(new KeyboardEvent("keydown", init)) ?? false;
}

describe("what can be pressed", () => {
  const pressed = [
    "<button>Play</button>",
    "<button><svg here></svg></button>",
    "<div role='menu'><button role='menuitem' here>Remove</button></div>",
    "<a href='/r/x'>a room</a>",
    "<details><summary here>more</summary></details>",
  ];

  test.each(pressed)("%s is pressed once, however long the key is held", (html) => {
    expect([works(html, "Enter", false), works(html, " ", false)]).toEqual([true, true]);
    expect([works(html, "Enter", true), works(html, " ", true)]).toEqual([false, false]);
  });

  test.each(["ArrowDown", "Tab", "x"])("%s goes on while it is held there", (key) => {
    expect(works("<button>Play</button>", key, true)).toBe(true);
  });
});

test.each(["<input>", "<textarea></textarea>", "<select></select>", "<div tabindex='0'></div>"])(
  "Enter and Space go on while they are held in %s",
  (html) => {
    expect([works(html, "Enter", true), works(html, " ", true)]).toEqual([true, true]);
  },
);
