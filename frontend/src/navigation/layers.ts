/**
 * The browser's history: an entry for the room, and one more for each layer that is open above it.
 *
 * A layer is what Back closes: a part other than the queue, a sheet, a dialog, a detail. Components open and close
 * layers immediately; the history entries follow. A step through the history is asynchronous, so it is finished
 * first, and layers opened in between get their entries afterwards.
 */

interface Browser {
  history: Pick<History, "state" | "pushState" | "replaceState" | "go">;
  location: Pick<Location, "pathname" | "hash">;
  addEventListener(type: "popstate", listener: (event: Pick<PopStateEvent, "state">) => void): void;
}

interface Page {
  /** The fragment that leads to what is shown, "" for the queue. */
  fragment: () => string;
  /** Shows what the URL names, after Forward, another room or a typed URL. */
  visit: () => void;
}

export class Layers {
  readonly #browser: Browser;
  #page: Page | null = null;
  /** How to close what is open, the topmost last. */
  #open: (() => void)[] = [];
  /** Of the room that is shown; the entry's own may still be another. */
  #path = "";
  #entryPath = "";
  /** The number of layers that the current history entry represents. */
  #depth = 0;
  #isStepping = false;
  #isDue = false;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** From now on the browser's history follows the page, and the page the browser's Back and Forward. */
  begin(page: Page): void {
    const { history, location } = this.#browser;
    this.#path = this.#entryPath = location.pathname;
    this.#depth = depthOf(history.state) ?? 0;
    this.#page = page;
    this.#browser.addEventListener("popstate", ({ state }) => this.#goneTo(depthOf(state)));
    // A link leads to the queue first, then to what lies above it.
    if (depthOf(history.state) === null && this.#open.length) this.#write("replaceState", 0, "");
    this.#settle();
  }

  /** `close` is called when Back closes it. Returns a function to call when it is closed in another way. */
  open(close: () => void): () => void {
    // Each is another one, even if the same function closes it.
    const layer = () => close();
    this.#open.push(layer);
    this.follow();
    return () => {
      const index = this.#open.indexOf(layer);
      if (index >= 0) this.#open.splice(index, 1);
      this.follow();
    };
  }

  /** Another room is shown from now on. */
  enter(path: string): void {
    this.#path = path;
    this.follow();
  }

  /** Brings the history in step once all that happens at this moment has happened. */
  follow(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => this.#settle());
  }

  #settle(): void {
    this.#isDue = false;
    if (!this.#page || this.#isStepping) return;
    try {
      this.#bringInStep(this.#page.fragment());
    } catch {
      // Safari takes but so many changes in a while; the next one comes with all of them.
    }
  }

  #bringInStep(fragment: string): void {
    const { history, location } = this.#browser;
    if (this.#entryPath !== this.#path) this.#write("pushState", 0, this.#open.length ? "" : fragment);
    const surplus = this.#depth - this.#open.length;
    if (surplus > 0) {
      this.#isStepping = true;
      history.go(-surplus);
      return;
    }
    while (this.#depth < this.#open.length) this.#write("pushState", this.#depth + 1, fragment);
    if (location.hash !== fragment || depthOf(history.state) !== this.#depth) {
      this.#write("replaceState", this.#depth, fragment);
    }
  }

  #write(how: "pushState" | "replaceState", depth: number, fragment: string): void {
    this.#browser.history[how]({ depth }, "", this.#path + fragment);
    this.#depth = depth;
    this.#entryPath = this.#path;
  }

  /** Null for an entry of a typed URL. */
  #goneTo(depth: number | null): void {
    const path = this.#browser.location.pathname;
    const isStep = this.#isStepping && depth !== null;
    this.#isStepping = false;
    this.#depth = depth ?? (path === this.#entryPath ? this.#depth + 1 : 0);
    this.#entryPath = path;
    if (!isStep) this.#obey(depth !== null && path === this.#path && depth < this.#open.length);
    this.#settle();
  }

  /** Back within the room, or any other navigation. */
  #obey(isBack: boolean): void {
    for (const close of this.#open.splice(isBack ? this.#depth : 0).reverse()) close();
    if (isBack) return;
    this.#path = this.#entryPath;
    this.#page?.visit();
  }
}

function depthOf(state: unknown): number | null {
  const depth = (state as { depth?: unknown } | null)?.depth;
  return typeof depth === "number" ? depth : null;
}

/** Of this window. */
export const layers = new Layers(window);
