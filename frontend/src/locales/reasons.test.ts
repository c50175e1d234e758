import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { messages as german } from "./lazy/de.ts";

const KINDS = "../backend/apps/recommendations/sources/base.py";
const OF_A_TRACK = { text: "Because the server says so", artist: "Miles Davis", genre: "jazz" };

it("has a German sentence for every kind of reason of the server, with a title or without", () => {
  const [, listed = ""] = readFileSync(KINDS, "utf8").split("class ReasonKind(StrEnum):");
  const kinds = [...(listed.split("\n\n\n")[0] ?? "").matchAll(/^ {4}[A-Z_]+ = "(\w+)"/gm)].map(
    ([, kind]) => kind,
  );
  expect(kinds.length).toBeGreaterThan(10);
  for (const kind of kinds) {
    for (const title of ["So What", ""]) {
      const sentence = german.discover.reason({ ...OF_A_TRACK, kind: kind ?? "", title });
      expect(sentence, kind).not.toMatch(/Because|undefined| {2}|^$/);
    }
  }
});
