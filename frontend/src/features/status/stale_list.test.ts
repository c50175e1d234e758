import { describe, expect, test } from "vitest";
import type { Action } from "../../sync/index.ts";
import { words as german } from "../../words/de.ts";
import { words as english } from "../../words/en.ts";
import { deedOf } from "./stale_list.tsx";

const item = 1;
const deeds: [Action, string, string][] = [
  [{ kind: "add", track: {} as never, addedBy: null, place: null }, "Add So What", "So What hinzufügen"],
  [{ kind: "move", item, place: { after: 2 } }, "Move So What", "So What verschieben"],
  [{ kind: "vote", item, value: 1 }, "Vote up So What", "Für So What stimmen"],
  [{ kind: "vote", item, value: -1 }, "Vote down So What", "Gegen So What stimmen"],
  [{ kind: "vote", item, value: 0 }, "Take back the vote on So What", "Stimme für So What zurücknehmen"],
  [{ kind: "play", item }, "Play So What", "So What spielen"],
  [{ kind: "stop" }, "Stop playing", "Anhalten"],
  [{ kind: "remove", item }, "Remove So What", "So What entfernen"],
  [{ kind: "restore", item }, "Put back So What", "So What zurückholen"],
];

describe("what was done long ago", () => {
  test.each(deeds)("%o is said in words", (action, inEnglish, inGerman) => {
    expect(deedOf({ action, title: "So What" }, english)).toBe(inEnglish);
    expect(deedOf({ action, title: "So What" }, german)).toBe(inGerman);
  });
});
