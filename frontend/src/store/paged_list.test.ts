import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Batch, PAGE_ROWS, PagedList } from "./paged_list.ts";

/** A list of numbers whose pages arrive when the test decides. */
class Shelf {
  readonly asked: number[] = [];
  readonly aborted: number[] = [];
  readonly #waiting = new Map<number, (batch: Batch<number> | Promise<never>) => void>();
  total: number;

  constructor(total: number) {
    this.total = total;
  }

  readonly load = (offset: number, limit: number, signal: AbortSignal): Promise<Batch<number>> => {
    this.asked.push(offset);
    signal.addEventListener("abort", () => this.aborted.push(offset));
    expect(limit).toBe(PAGE_ROWS);
    return new Promise((resolve) => this.#waiting.set(offset, resolve));
  };

  async give(offset: number, least = 0): Promise<void> {
    const length = Math.max(0, Math.min(PAGE_ROWS, this.total - offset));
    const rows = Array.from({ length }, (_, index) => offset + index);
    this.#waiting.get(offset)?.({ rows, total: least || this.total, isLeast: least > 0 });
    await Promise.resolve();
    await Promise.resolve();
  }

  async lose(offset: number): Promise<void> {
    this.#waiting.get(offset)?.(Promise.reject(new Error("lost")));
    await vi.advanceTimersByTimeAsync(0);
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function scrollTo(pages: PagedList<number>, first: number, last: number): void {
  pages.see(first, last);
  vi.advanceTimersByTime(1000);
}

describe("pages of a long list", () => {
  it("are two where two are in sight", async () => {
    const shelf = new Shelf(1_000);
    const pages = new PagedList(shelf.load);
    scrollTo(pages, 0, 0);
    await shelf.give(0);
    scrollTo(pages, 395, 405);
    await shelf.give(400);
    await shelf.give(300);
    expect([pages.rowAt(399), pages.rowAt(400)]).toEqual([399, 400]);
  });

  it("grow where the list is at least so long, and shrink only to what is known to be all", async () => {
    const shelf = new Shelf(1_150);
    const pages = new PagedList(shelf.load);
    const { state } = pages;
    scrollTo(pages, 0, 0);
    await shelf.give(0, 1_001);
    expect(state.value).toMatchObject({ total: 1_001, isLeast: true });
    scrollTo(pages, 1_000, 1_000);
    await shelf.give(1_000, 1_101);
    expect(state.value).toMatchObject({ total: 1_101, isLeast: true });
    pages.refresh();
    await shelf.give(1_000, 1_101);
    scrollTo(pages, 0, 0);
    await shelf.give(0, 1_001);
    expect(state.value).toMatchObject({ total: 1_101, isLeast: true });
    scrollTo(pages, 1_100, 1_100);
    await shelf.give(1_100);
    expect(state.value).toMatchObject({ total: 1_150, isLeast: false });
    pages.refresh();
    await shelf.give(1_100);
    expect(state.value).toMatchObject({ total: 1_150, isLeast: false });
  });

  it("that fly by are not asked for", async () => {
    const shelf = new Shelf(50_000);
    const pages = new PagedList(shelf.load);
    scrollTo(pages, 0, 0);
    await shelf.give(0);
    for (let row = 1_000; row < 40_000; row += 500) pages.see(row, row + 20);
    vi.advanceTimersByTime(1000);
    expect(shelf.asked).toEqual([0, 1_000, 39_500]);
    expect(shelf.aborted).toEqual([1_000]);
  });

  it("that were given up are asked for again when they come back into sight", async () => {
    const shelf = new Shelf(50_000);
    const pages = new PagedList(shelf.load);
    scrollTo(pages, 0, 20);
    scrollTo(pages, 500, 520);
    scrollTo(pages, 0, 20);
    expect(shelf.asked.filter((offset) => offset === 0)).toHaveLength(2);
    await shelf.give(0);
    expect(pages.rowAt(0)).toBe(0);
  });

  it("that did not come leave the rest as it is, and come with another try", async () => {
    const shelf = new Shelf(1_000);
    const pages = new PagedList(shelf.load);
    scrollTo(pages, 0, 20);
    await shelf.give(0);
    scrollTo(pages, 300, 320);
    await shelf.lose(300);
    expect(pages.state.value.problem).toEqual(new Error("lost"));
    expect([pages.isFailedAt(300), pages.isFailedAt(0), pages.rowAt(0)]).toEqual([true, false, 0]);
    scrollTo(pages, 310, 330);
    expect(shelf.asked).toEqual([0, 300]);
    pages.retry();
    await shelf.give(300);
    expect(shelf.asked).toEqual([0, 300, 300]);
    expect([pages.rowAt(300), pages.state.value.problem]).toEqual([300, null]);
  });

  it("beyond the end are not asked for", async () => {
    const shelf = new Shelf(120);
    const pages = new PagedList(shelf.load);
    scrollTo(pages, 0, 0);
    await shelf.give(0);
    scrollTo(pages, 110, 260);
    expect(shelf.asked).toEqual([0, 100]);
  });

  it("are dropped when many others were seen since, the least recently seen first", async () => {
    const shelf = new Shelf(50_000);
    const pages = new PagedList(shelf.load);
    for (let page = 0; page < 30; page += 1) {
      scrollTo(pages, page * PAGE_ROWS, page * PAGE_ROWS);
      await shelf.give(page * PAGE_ROWS);
      scrollTo(pages, 0, 0);
    }
    expect(pages.rowAt(0)).toBe(0);
    expect(pages.rowAt(PAGE_ROWS)).toBeNull();
    expect(pages.rowAt(29 * PAGE_ROWS)).toBe(29 * PAGE_ROWS);
  });
});

describe("a refresh", () => {
  it("shows what is known until the new rows are there", async () => {
    const shelf = new Shelf(2);
    const pages = new PagedList(shelf.load);
    scrollTo(pages, 0, 0);
    await shelf.give(0);
    shelf.total = 3;
    pages.refresh();
    expect(pages.rowAt(0)).toBe(0);
    await shelf.give(0);
    expect(pages.state.value.total).toBe(3);
  });
});
