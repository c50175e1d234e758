import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { startRoom } from "./installation.ts";
import { saveStored } from "./local_storage.ts";

beforeEach(() => localStorage.clear());

test("an installed app starts in the last room, and a URL leads to its own room", () => {
  expect(startRoom("main", "?app")).toBe("main");
  saveStored("last-room", "kitchen");
  expect(startRoom("main", "?app")).toBe("kitchen");
  expect(startRoom("main", "")).toBe("main");
  expect(startRoom("hall", "?app")).toBe("hall");
});

test("both manifests are the same but for their colours", () => {
  const read = (name: string) => JSON.parse(readFileSync(`public/${name}.webmanifest`, "utf8"));
  const [one, other] = [read("manifest"), read("manifest-light")];
  expect(one.background_color).not.toBe(other.background_color);
  const colours = { background_color: "", theme_color: "" };
  expect({ ...one, ...colours }).toEqual({ ...other, ...colours });
});
