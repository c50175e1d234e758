import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { pressOnce } from "./held_keys.ts";

let stop = () => {};
beforeAll(() => {
  stop = pressOnce();
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
