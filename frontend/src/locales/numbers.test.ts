import { describe, expect, it } from "vitest";
import { messages as german } from "./de.ts";
import { messages as english } from "./en.ts";
import { messages as lazyGerman } from "./lazy/de.ts";
import { messages as lazyEnglish } from "./lazy/en.ts";

describe("durations", () => {
  it.each([
    [0, "0:00"],
    [7, "0:07"],
    [355, "5:55"],
    [3599, "59:59"],
    [3723, "1:02:03"],
    [-3, "0:00"],
  ])("%i s read as %s", (seconds, text) => {
    expect(english.clock(seconds)).toBe(text);
  });

  it("of a whole queue are in minutes and hours", () => {
    expect(english.span(20)).toBe("0 min");
    expect(english.span(47 * 60)).toBe("47 min");
    expect(english.span(3600)).toBe("1 hr");
    expect(english.span(72 * 60)).toBe("1 hr 12 min");
    expect(german.span(72 * 60)).toBe("1 Std. 12 Min.");
  });
});

it.each([
  [1, 60, "1 second of 1 minute", "1 Sekunde von 1 Minute"],
  [80, 215, "1 minute 20 of 3 minutes 35", "1 Minute 20 von 3 Minuten 35"],
  [120, null, "2 minutes", "2 Minuten"],
])("a position of %i s in %s s is spoken", (seconds, whole, inEnglish, inGerman) => {
  expect(lazyEnglish.player.position(seconds, whole)).toBe(inEnglish);
  expect(lazyGerman.player.position(seconds, whole)).toBe(inGerman);
});

describe("numbers", () => {
  it.each([
    [1, "1st"],
    [2, "2nd"],
    [3, "3rd"],
    [4, "4th"],
    [11, "11th"],
    [112, "112th"],
    [121, "121st"],
  ])("%i in a row is %s", (value, text) => {
    expect(english.ordinal(value)).toBe(text);
    expect(german.ordinal(value)).toBe(`${value}.`);
  });
});

describe("every language", () => {
  it("has every word of English, and none is empty", () => {
    expect(shapeOf(german)).toEqual(shapeOf(english));
  });
});

/** Each word's path, with what it is: text or a function. Empty texts show up. */
function shapeOf(messages: object, path = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, word] of Object.entries(messages)) {
    const here = `${path}.${name}`;
    if (typeof word === "object" && word !== null) Object.assign(found, shapeOf(word, here));
    else found[here] = word === "" ? "empty" : typeof word;
  }
  return found;
}
