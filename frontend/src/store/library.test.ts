import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TrackQuery } from "../api/tracks.ts";

/** The questions that have been asked, to be answered when the test says so. */
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
  const { query, pages } = library.found.value;
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
      library.type(text);
      vi.advanceTimersByTime(100);
    }
    expect(searches()).toHaveLength(1);
    vi.advanceTimersByTime(150);
    expect(searches()).toHaveLength(2);
    expect(last().url.searchParams.get("search")).toBe("miles");
  });

  it("gives up the question before, whose answer nobody needs", async () => {
    library.type("mi");
    library.searchTyped();
    const before = last();
    library.type("miles");
    library.searchTyped();
    expect(before.isGivenUp()).toBe(true);
    await last().answer(["So What"]);
    await before.answer(["Mine"]);
    expect(shown().first).toBe("So What");
  });
});

describe("a search that was answered before", () => {
  it("shows its answer at once, and asks again since it may have changed", async () => {
    library.type("so what");
    library.searchTyped();
    await last().answer(["So What"]);
    library.clearSearch();
    expect(shown().first).toBe("Bohemian Rhapsody");
    await last().answer(["Another One Bites the Dust"]);
    expect(shown().first).toBe("Another One Bites the Dust");
  });

  it("is still there when the network is gone", async () => {
    library.type("so what");
    library.searchTyped();
    await last().fail();
    expect(library.found.value.pages.state.value.problem).toMatchObject({ code: "NO_ANSWER" });
    library.clearSearch();
    await last().fail();
    expect(shown().first).toBe("Bohemian Rhapsody");
    expect(library.found.value.pages.state.value.problem).toBeNull();
  });
});

describe("the address of a search", () => {
  it("says what is looked for, and what it is told is looked for", async () => {
    const { setTail, tails } = await import("./address.ts");
    library.type("björk & co");
    library.searchTyped();
    library.sortBy("title");
    expect(tails.value["library"]).toBe("?search=bj%C3%B6rk+%26+co&ordering=title");

    setTail("library", "?search=So+What&genre=jazz&ordering=loudness");
    expect(library.typed.value).toBe("So What");
    expect(library.asked.value.query).toEqual({ search: "So What", genre: "jazz", ordering: "" });
    setTail("library", "");
    expect(library.typed.value).toBe("");
  });

  it("leaves what is being typed alone", () => {
    library.type("so ");
    library.searchTyped();
    expect(library.typed.value).toBe("so ");
    library.type("");
    library.sortBy("title");
    expect(library.typed.value).toBe("");
  });
});

describe("what is shown", () => {
  it("is stale from the next question to its answer, also to one that fails", async () => {
    library.type("miles");
    expect(library.isStale.value).toBe(false);
    library.searchTyped();
    expect(library.isStale.value).toBe(true);
    await last().answer(["So What"]);
    expect(library.isStale.value).toBe(false);
    library.type("halo");
    library.searchTyped();
    await last().fail();
    expect(library.isStale.value).toBe(false);
  });

  it("is near where nothing matches, and not where the library is empty", async () => {
    library.type("so waht");
    library.searchTyped();
    await last().answer(["So What"], { "X-Match-Count": "0" });
    expect(library.found.value.isNear.value).toBe(true);
    library.type("xyzzy");
    library.searchTyped();
    await last().answer([], { "X-Match-Count": "0" });
    expect(library.found.value.isNear.value).toBe(false);
    library.type("so what");
    library.searchTyped();
    await last().answer(["So What"], { "X-Match-Count": "1" });
    expect(library.found.value.isNear.value).toBe(false);
  });

  it("has at least so many rows where the server stopped counting", async () => {
    library.type("a");
    library.searchTyped();
    await last().answer(["Halo"], { "X-Total-Count": "1001", "X-Total-Is-Least": "true" });
    expect(library.found.value.pages.state.value).toMatchObject({ total: 1_001, isLeast: true });
  });
});
