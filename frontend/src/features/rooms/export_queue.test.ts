import { describe, expect, it } from "vitest";
import { type Exported, type ExportedItem, exportedText } from "./export_queue.tsx";

function item(track: Partial<ExportedItem["track"]>, more: Partial<ExportedItem> = {}): ExportedItem {
  return {
    votes: 0,
    added_by: "Ada",
    added_at: "2025-11-20T19:00:00Z",
    track: {
      title: "So What",
      artist: "Miles Davis",
      album: "Kind of Blue",
      genre: "jazz",
      duration_seconds: 545,
      isrc: null,
      ...track,
    },
    ...more,
  };
}

function queueOf(...items: ExportedItem[]): Exported {
  return {
    room: { slug: "kitchen-party", name: "Kitchen party" },
    exportedAt: new Date(2025, 10, 3, 0, 30),
    items,
  };
}

/** The cells of each row, read back by the rules of RFC 4180. */
function parsedCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

describe("M3U8", () => {
  it("writes -1 for an unknown length", () => {
    expect(exportedText("m3u8", queueOf(item({ duration_seconds: null })))).toContain("#EXTINF:-1,");
  });

  it("has two lines for each item, whatever is in a title", () => {
    const text = exportedText("m3u8", queueOf(item({ title: "One\r\n#EXTM3U\u2028Two" })));
    expect(text.trimEnd().split("\n")).toHaveLength(4);
  });

  it("never takes a name for a comment or for a folder", () => {
    const text = exportedText(
      "m3u8",
      queueOf(item({ artist: "#1 Dads", title: "AC/DC" }), item({ artist: "../x" })),
    );
    const files = text.split("\n").filter((_, index) => index >= 3 && index % 2 === 1);
    expect(files.filter(Boolean)).toEqual(["_1 Dads - AC_DC", "__x - So What"]);
  });
});

describe("CSV", () => {
  it("gives back each text as it was", () => {
    const title = 'Say "hi", twice\nand again';
    const [, row] = parsedCsv(exportedText("csv", queueOf(item({ title, artist: "Björk, Ólafur" }))));
    expect(row?.slice(0, 3)).toEqual(["1", title, "Björk, Ólafur"]);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1"])("makes %j no formula", (title) => {
    const [, row] = parsedCsv(exportedText("csv", queueOf(item({ title }))));
    expect(row?.[1]).toBe(`'${title}`);
  });

  it("leaves numbers and plain texts alone", () => {
    const [, row] = parsedCsv(exportedText("csv", queueOf(item({ title: "99 Luftballons" }, { votes: -3 }))));
    expect([row?.[1], row?.[7]]).toEqual(["99 Luftballons", "-3"]);
  });
});

describe("JSON", () => {
  it("has the room, the moment and the items in order", () => {
    const exported = JSON.parse(exportedText("json", queueOf(item({}), item({ title: "Blue in Green" }))));
    expect(exported).toMatchObject({ room: "kitchen-party", name: "Kitchen party" });
    expect(new Date(exported.exported_at)).toEqual(new Date(2025, 10, 3, 0, 30));
    expect(
      exported.items.map(({ place, title }: { place: number; title: string }) => [place, title]),
    ).toEqual([
      [1, "So What"],
      [2, "Blue in Green"],
    ]);
  });
});
