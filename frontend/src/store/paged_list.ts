/** A long list of which only the visible pages are loaded; the least recently seen are dropped. */

import { signal } from "@preact/signals";

export interface Batch<Row> {
  rows: readonly Row[];
  /** Of the whole list. */
  total: number;
  /** Whether the list is at least so long. */
  isLeast?: boolean;
}

export type LoadBatch<Row> = (offset: number, limit: number, signal: AbortSignal) => Promise<Batch<Row>>;

export interface PagedListState {
  /** Null until the first page has come. */
  total: number | null;
  /** Whether the list has at least that many rows: at its end the total is updated. */
  isLeast: boolean;
  /** Why a page could not be loaded of which nothing is known; null when there is none. */
  problem: unknown;
  /** Increases with each change, so that components that read it render again. */
  version: number;
}

interface Page<Row> {
  rows: readonly Row[] | null;
  /** To be loaded again when it becomes visible. */
  isStale: boolean;
  problem: unknown;
  /** Of the request that is under way. */
  underWay: AbortController | null;
}

export const PAGE_ROWS = 100;
// 2,400 rows: some 60 screens to scroll back through without asking again.
const MAX_CACHED_PAGES = 24;
// While the list scrolls fast, pages are requested no more often than this.
const SCROLL_MILLISECONDS = 80;

export class PagedList<Row> {
  readonly state = signal<PagedListState>({ total: null, isLeast: false, problem: null, version: 0 });

  readonly #load: LoadBatch<Row>;
  /** By number; the order of a Map is that of last being seen. */
  readonly #pages = new Map<number, Page<Row>>();
  #first = 0;
  #last = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(load: LoadBatch<Row>) {
    this.#load = load;
  }

  rowAt(index: number): Row | null {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.rows?.[index % PAGE_ROWS] ?? null;
  }

  /** Whether the row's page could not be loaded. */
  isFailedAt(index: number): boolean {
    const page = this.#pages.get(Math.floor(index / PAGE_ROWS));
    return !!page && !page.rows && page.problem !== null;
  }

  /** The rows from `first` to `last` are in sight: what is missing of them is loaded, what flew by is not. */
  see(first: number, last: number): void {
    this.#first = Math.max(0, first);
    this.#last = Math.max(this.#first, last);
    if (this.#timer) return;
    this.#loadSeen();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#loadSeen();
    }, SCROLL_MILLISECONDS);
  }

  /** Repeats failed requests. */
  retry(): void {
    const failed = [...this.#pages].filter(([, page]) => page.problem !== null);
    if (!failed.length) return;
    for (const [number, page] of failed) {
      page.problem = null;
      if (!page.rows) this.#pages.delete(number);
    }
    this.#changed();
    this.#loadSeen();
  }

  /** Shows the loaded rows and loads them again, because they may have changed. */
  refresh(): void {
    for (const page of this.#pages.values()) Object.assign(page, { isStale: true, problem: null });
    this.#loadSeen();
  }

  /** Returns up what is under way. */
  rest(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const page of this.#pages.values()) abortRequest(page);
  }

  #loadSeen(): void {
    const { total } = this.state.value;
    const end = total === null ? this.#last : Math.min(this.#last, Math.max(0, total - 1));
    const firstPage = Math.floor(this.#first / PAGE_ROWS);
    const lastPage = Math.max(firstPage, Math.floor(end / PAGE_ROWS));
    for (const [number, page] of this.#pages) {
      if (number < firstPage || number > lastPage) abortRequest(page);
    }
    for (let number = firstPage; number <= lastPage; number += 1) this.#want(number);
    this.#dropOldPages();
  }

  #want(number: number): void {
    const page = this.#pages.get(number) ?? { rows: null, isStale: false, problem: null, underWay: null };
    this.#pages.delete(number);
    this.#pages.set(number, page);
    const isAnswered = (page.rows && !page.isStale) || page.problem !== null;
    if (!isAnswered && !page.underWay) void this.#ask(number, page);
  }

  async #ask(number: number, page: Page<Row>): Promise<void> {
    const controller = new AbortController();
    page.underWay = controller;
    try {
      const batch = await this.#load(number * PAGE_ROWS, PAGE_ROWS, controller.signal);
      if (controller.signal.aborted) return;
      Object.assign(page, { rows: batch.rows, isStale: false, problem: null });
      this.#changed(batch);
    } catch (problem) {
      if (controller.signal.aborted) return;
      page.problem = problem;
      this.#changed();
    } finally {
      if (page.underWay === controller) page.underWay = null;
    }
  }

  #dropOldPages(): void {
    for (const [number, page] of this.#pages) {
      if (this.#pages.size <= MAX_CACHED_PAGES) return;
      abortRequest(page);
      this.#pages.delete(number);
    }
  }

  #changed(batch?: Batch<Row>): void {
    const { total: known, isLeast: wasLeast, version } = this.state.value;
    // One page's guess takes nothing back of what another knew: rows that are in sight stay.
    const isLearned = batch && !(batch.isLeast && known !== null && known >= batch.total);
    const total = isLearned ? batch.total : known;
    const isLeast = isLearned ? !!batch.isLeast : wasLeast;
    const failed = [...this.#pages.values()].find((page) => !page.rows && page.problem !== null);
    const problem = failed?.problem ?? null;
    this.state.value = { total, isLeast, problem, version: version + 1 };
  }
}

function abortRequest(page: Page<unknown>): void {
  page.underWay?.abort();
  page.underWay = null;
}
