import { afterEach, expect, test, vi } from "vitest";
import { artistsLike, has, offeredGenres, toggled } from "./taste.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a name counts once, however it is written", () => {
  expect(toggled(["Jazz"], "jazz")).toEqual([]);
  expect(toggled(["Jazz"], "rock")).toEqual(["Jazz", "rock"]);
  expect(has(["Björk"], "BJÖRK")).toBe(true);
});

test("what was chosen is offered also when the library has lost it", () => {
  expect(offeredGenres(["jazz", "rock"], ["Jazz", "fado"])).toEqual(["jazz", "rock", "fado"]);
});

test("artists are offered by their names, each once", async () => {
  const artists = ["Miles Davis", "Miles Davis", "Queen", "Miley"];
  const tracks = artists.map((artist, id) => ({ id, artist }));
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(tracks)));
  expect(await artistsLike(" mile ")).toEqual(["Miles Davis", "Miley"]);
});

test("without an answer, or for one letter, nobody is offered", async () => {
  const fetched = vi.fn(async () => {
    throw new TypeError("no network");
  });
  vi.stubGlobal("fetch", fetched);
  expect(await artistsLike("m")).toEqual([]);
  expect(fetched).not.toHaveBeenCalled();
  expect(await artistsLike("mi")).toEqual([]);
});
