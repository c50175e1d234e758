import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TrackQuery } from "../api/tracks.ts";

/** Pending requests, answered when the test decides. */
interface Question {
  url: URL;
  isGivenUp: () => boolean;
  answer: (titles: string[], headers?: Record<string, string>) => Promise<void>;
  fail: () => Promise<void>;
}

let questions: Question[] = [];
let library: typeof import("./library.ts");

function ask(address: string, { signal }: RequestInit = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    questions.push({
      url: new URL(address, "http://localhost"),
      isGivenUp: () => signal?.aborted ?? false,
      answer: async (titles, headers = {}) => {
        const tracks = titles.map((title, id) => ({ id, title, artist: "Queen" }));
        const total = { "X-Total-Count": String(titles.length) };
        resolve(new Response(JSON.stringify(tracks), { headers: { ...total, ...headers } }));
        await settle();
      },
      fail: async () => {
        reject(new TypeError("no network"));
        await settle();
      },
    });
  });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function searches(): Question[] {
  return questions.filter(({ url }) => url.pathname === "/api/tracks/");
}

/** The last question about tracks. */
function last(): Question {
  const found = searches().at(-1);
  if (!found) throw new Error("nothing has been asked");
  return found;
}

function shown(): { query: TrackQuery; first: string | undefined } {
  const { query, pages } = library.shownSearch.value;
  return { query, first: pages.rowAt(0)?.title };
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", vi.fn(ask));
  vi.resetModules();
  questions = [];
  library = await import("./library.ts");
  library.openLibrary();
  await last().answer(["Bohemian Rhapsody"]);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("typing a search", () => {
  it("asks once, when the typing pauses", () => {
    for (const text of ["m", "mi", "mil", "mile", "miles "]) {
      library.setSearchText(text);
      vi.advanceTimersByTime(100);
    }
    expect(searches()).toHaveLength(1);
    vi.advanceTimersByTime(150);
    expect(searches()).toHaveLength(2);
    expect(last().url.searchParams.get("search")).toBe("miles");
  });

  it("aborts the earlier request, whose response is not needed", async () => {
    library.setSearchText("mi");
    library.searchNow();
    const before = last();
    library.setSearchText("miles");
    library.searchNow();
    expect(before.isGivenUp()).toBe(true);
    await last().answer(["So What"]);
    await before.answer(["Mine"]);
    expect(shown().first).toBe("So What");
  });
});

describe("a search that was answered before", () => {
  it("shows its answer at once, and asks again since it may have changed", async () => {
    library.setSearchText("so what");
    library.searchNow();
    await last().answer(["So What"]);
    library.clearSearch();
    expect(shown().first).toBe("Bohemian Rhapsody");
    await last().answer(["Another One Bites the Dust"]);
    expect(shown().first).toBe("Another One Bites the Dust");
  });

  it("is still there when the network is gone", async () => {
    library.setSearchText("so what");
    library.searchNow();
    await last().fail();
    expect(library.shownSearch.value.pages.state.value.problem).toMatchObject({ code: "NO_RESPONSE" });
    library.clearSearch();
    await last().fail();
    expect(shown().first).toBe("Bohemian Rhapsody");
    expect(library.shownSearch.value.pages.state.value.problem).toBeNull();
  });
});

describe("what is shown", () => {
  it("is stale from the next question to its answer, also to one that fails", async () => {
    library.setSearchText("miles");
    expect(library.isStale.value).toBe(false);
    library.searchNow();
    expect(library.isStale.value).toBe(true);
    await last().answer(["So What"]);
    expect(library.isStale.value).toBe(false);
    library.setSearchText("halo");
    library.searchNow();
    await last().fail();
    expect(library.isStale.value).toBe(false);
  });

  it("is near where nothing matches, and not where the library is empty", async () => {
    library.setSearchText("so waht");
    library.searchNow();
    await last().answer(["So What"], { "X-Match-Count": "0" });
    expect(library.shownSearch.value.isNear.value).toBe(true);
    library.setSearchText("xyzzy");
    library.searchNow();
    await last().answer([], { "X-Match-Count": "0" });
    expect(library.shownSearch.value.isNear.value).toBe(false);
    library.setSearchText("so what");
    library.searchNow();
    await last().answer(["So What"], { "X-Match-Count": "1" });
    expect(library.shownSearch.value.isNear.value).toBe(false);
  });

  it("has at least so many rows where the server stopped counting", async () => {
    library.setSearchText("a");
    library.searchNow();
    await last().answer(["Halo"], { "X-Total-Count": "1001", "X-Total-Is-Least": "true" });
    expect(library.shownSearch.value.pages.state.value).toMatchObject({ total: 1_001, isLeast: true });
  });
});

describe("the address of a search", () => {
  it("contains the search, and changes the search", async () => {
    const { setUrlTail, urlTails } = await import("./router.ts");
    library.setSearchText("björk & co");
    library.searchNow();
    library.sortBy("title");
    expect(urlTails.value["library"]).toBe("?search=bj%C3%B6rk+%26+co&ordering=title");

    setUrlTail("library", "?search=So+What&genre=jazz&ordering=loudness");
    expect(library.searchText.value).toBe("So What");
    expect(library.requestedSearch.value.query).toEqual({ search: "So What", genre: "jazz", ordering: "" });
    setUrlTail("library", "");
    expect(library.searchText.value).toBe("");
  });

  it("leaves what is being typed alone", () => {
    library.setSearchText("so ");
    library.searchNow();
    expect(library.searchText.value).toBe("so ");
    library.setSearchText("");
    library.sortBy("title");
    expect(library.searchText.value).toBe("");
  });
});
