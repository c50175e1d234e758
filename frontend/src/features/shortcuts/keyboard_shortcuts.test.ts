import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Command, commandOf } from "./keyboard_shortcuts.ts";

let heard: (Command | null)[] = [];
const listen = (event: KeyboardEvent) => heard.push(commandOf(event));

beforeEach(() => {
  heard = [];
  document.addEventListener("keydown", listen);
});

afterEach(() => {
  document.removeEventListener("keydown", listen);
  document.body.replaceChildren();
});

function press(key: string, on: Element = document.body, init: KeyboardEventInit = {}): Command | null {
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
  return heard.at(-1) ?? null;
}

/** The element that `html` makes, or the one in it that is marked with `here`. */
function on(html: string): Element {
  document.body.innerHTML = html;
  return document.querySelector("[here]") ?? document.body.firstElementChild ?? document.body;
}

describe("a key on the page itself", () => {
  it.each<[string, Command]>([
    [" ", "toggle"],
    ["n", "next"],
    ["N", "next"],
    ["p", "previous"],
    ["/", "search"],
    ["?", "help"],
    ["1", 0],
    ["4", 3],
    ["F8", "toast"],
  ])("%j asks for %j", (key, command) => {
    expect(press(key)).toBe(command);
  });

  it.each(["5", "x", "Enter", "ArrowDown", "Escape", "Tab"])("%s asks for nothing", (key) => {
    expect(press(key)).toBeNull();
  });

  it.each([{ ctrlKey: true }, { altKey: true }, { metaKey: true }])("asks for nothing with %o", (held) => {
    expect(press("p", document.body, held)).toBeNull();
  });

  it("may need Shift: / is Shift and 7 on a German keyboard", () => {
    expect(press("/", document.body, { shiftKey: true })).toBe("search");
  });

  it("asks once, however long it is held", () => {
    expect(press("n", document.body, { repeat: true })).toBeNull();
  });
});

describe("a key steals nothing", () => {
  it.each([
    "<input>",
    "<input type='search'>",
    "<textarea></textarea>",
    "<select><option>1</option></select>",
    "<div contenteditable='true'><b here>text</b></div>",
    "<div role='textbox'></div>",
  ])("from %s", (html) => {
    const place = on(html);
    expect(["n", "/", "?", "1", " "].map((key) => press(key, place))).toEqual([null, null, null, null, null]);
    // It writes nothing there.
    expect(press("F8", place)).toBe("toast");
  });

  it.each([
    "<button>Add</button>",
    "<button><svg here></svg></button>",
    "<a href='/r/x'>a room</a>",
    "<details><summary here>more</summary></details>",
    "<div role='listitem' tabindex='0'>a row, which the space bar grabs</div>",
  ])("of the space bar from %s", (html) => {
    const place = on(html);
    expect(press(" ", place)).toBeNull();
    expect(press("n", place)).toBe("next");
  });

  it("that has been handled already", () => {
    const row = on("<div></div>");
    row.addEventListener("keydown", (event) => event.preventDefault());
    expect(press(" ", row)).toBeNull();
  });

  it("while a dialog is open", () => {
    on("<dialog open></dialog>");
    expect(press("n")).toBeNull();
  });

  it("while a word is being composed", () => {
    expect(press("n", document.body, { isComposing: true })).toBeNull();
  });
});
