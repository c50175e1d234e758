import { afterEach, expect, test, vi } from "vitest";
import { includesName, matchingArtists, selectableGenres, toggled } from "./taste_profile.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a name counts once, however it is written", () => {
  expect(toggled(["Jazz"], "jazz")).toEqual([]);
  expect(toggled(["Jazz"], "rock")).toEqual(["Jazz", "rock"]);
  expect(includesName(["Björk"], "BJÖRK")).toBe(true);
});

test("what was chosen is offered also when the library has lost it", () => {
  expect(selectableGenres(["jazz", "rock"], ["Jazz", "fado"])).toEqual(["jazz", "rock", "fado"]);
});

test("artists are offered by their names, each once", async () => {
  const artists = ["Miles Davis", "Miles Davis", "Queen", "Miley"];
  const tracks = artists.map((artist, id) => ({ id, artist }));
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(tracks)));
  expect(await matchingArtists(" mile ")).toEqual(["Miles Davis", "Miley"]);
});

test("without a response, or for one letter, there are no suggestions", async () => {
  const fetched = vi.fn(async () => {
    throw new TypeError("no network");
  });
  vi.stubGlobal("fetch", fetched);
  expect(await matchingArtists("m")).toEqual([]);
  expect(fetched).not.toHaveBeenCalled();
  expect(await matchingArtists("mi")).toEqual([]);
});
