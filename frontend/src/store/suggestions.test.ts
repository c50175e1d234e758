import { afterEach, beforeEach, expect, test, vi } from "vitest";

let isAway: boolean;
let recommended: object[];
let suggestions: typeof import("./suggestions.ts");

const track = (id: number | null) => ({ id, title: `Track ${id}`, artist: "Ada", genre: "" });

async function ask(address: string): Promise<Response> {
  if (isAway && address.includes("/recommendations/")) throw new TypeError("no network");
  const body = address.includes("/recommendations/") ? { recommendations: recommended } : [track(7)];
  return new Response(JSON.stringify(body));
}

const shown = () => suggestions.suggestions.value.map((one) => one.track.id);

beforeEach(async () => {
  isAway = false;
  recommended = [1, null, 2].map((id, at) => ({ id: at, track: track(id), reasons: [] }));
  vi.stubGlobal("fetch", vi.fn(ask));
  vi.resetModules();
  suggestions = await import("./suggestions.ts");
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("an empty queue is begun with what fits the room, as far as the library has it", async () => {
  await suggestions.loadSuggestions("kitchen");
  expect(shown()).toEqual([1, 2]);
});

test("where nothing can be recommended, with the first of the library", async () => {
  isAway = true;
  await suggestions.loadSuggestions("kitchen");
  expect(shown()).toEqual([7]);
});

test("another room has others, and the same is not asked for twice", async () => {
  await suggestions.loadSuggestions("kitchen");
  await suggestions.loadSuggestions("kitchen");
  expect(fetch).toHaveBeenCalledTimes(1);
  recommended = [];
  await suggestions.loadSuggestions("garden");
  expect(shown()).toEqual([7]);
});

test("no reason is read more than twice in a row, and each row has its best one left", async () => {
  const { loadLazyMessages } = await import("../locales/index.ts");
  await loadLazyMessages();
  const [same, other] = [{ text: "Goes with So What" }, { text: "New here" }].map((one) => ({
    kind: "similar_to_queued",
    track_id: 5,
    ...one,
  }));
  const rows = (...reasons: object[][]) => reasons.map((one, id) => ({ track: track(id), reasons: one }));
  const read = (list: object[]) => suggestions.variedReasons(list as never).map((one) => one?.text);
  const [goes, fresh] = ["Goes with So What", "New here"];
  const both = [same, other] as object[];
  expect(read(rows(both, both, both, both, both, both))).toEqual([goes, goes, fresh, goes, goes, fresh]);
  const one = [same] as object[];
  expect(read(rows(one, one, one, one, []))).toEqual([goes, goes, undefined, goes, undefined]);
});
