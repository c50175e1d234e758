import { beforeEach, describe, expect, it } from "vitest";
import { Layers } from "./layers.ts";

interface Entry {
  state: unknown;
  path: string;
  hash: string;
}

/** A tab's history as browsers have it: steps take a while, a new entry drops those in front of it. */
class Tab {
  entries: Entry[] = [{ state: null, path: "/r/a", hash: "" }];
  at = 0;
  #listeners: ((event: { state: unknown }) => void)[] = [];
  #steps = 0;

  readonly location: { pathname: string; hash: string };
  readonly history: Pick<History, "state" | "pushState" | "replaceState" | "go">;

  constructor() {
    const tab = this;
    this.location = {
      get pathname() {
        return tab.entry.path;
      },
      get hash() {
        return tab.entry.hash;
      },
    };
    this.history = {
      get state() {
        return tab.entry.state;
      },
      pushState: (state: unknown, _: string, url: string) => {
        tab.entries = [...tab.entries.slice(0, tab.at + 1), entryOf(state, url)];
        tab.at += 1;
      },
      replaceState: (state: unknown, _: string, url: string) => {
        tab.entries[tab.at] = entryOf(state, url);
      },
      go: (steps = 0) => {
        tab.#steps += steps;
      },
    };
  }

  get entry(): Entry {
    return this.entries[this.at] as Entry;
  }

  addEventListener(_: "popstate", listener: (event: { state: unknown }) => void): void {
    this.#listeners.push(listener);
  }

  /** Makes the steps that the page has asked for, and those that come of them. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) {
      await Promise.resolve();
      if (this.#steps) this.#step();
    }
  }

  /** The person's own Back, or Forward. */
  async press(steps: -1 | 1): Promise<void> {
    this.history.go(steps);
    await this.settle();
  }

  /** An address that is typed, or a link to a fragment. */
  async type(hash: string): Promise<void> {
    this.history.pushState(null, "", this.entry.path + hash);
    for (const listener of this.#listeners) listener({ state: null });
    await this.settle();
  }

  #step(): void {
    this.at += this.#steps;
    this.#steps = 0;
    for (const listener of this.#listeners) listener({ state: this.entry.state });
  }

  get addresses(): string[] {
    return this.entries.slice(0, this.at + 1).map(({ path, hash }) => path + hash);
  }
}

function entryOf(state: unknown, url: string): Entry {
  const [path = "", fragment] = url.split("#");
  return { state, path, hash: fragment === undefined ? "" : `#${fragment}` };
}

let tab: Tab;
let layers: Layers;
let fragment: string;
let visits: string[];
let closed: string[];

const opened = (name: string) => layers.open(() => closed.push(name));

async function begun(): Promise<void> {
  layers = new Layers(tab);
  layers.begin({
    fragment: () => fragment,
    visit: () => visits.push(tab.entry.path + tab.entry.hash),
  });
  await tab.settle();
}

beforeEach(async () => {
  [tab, fragment, visits, closed] = [new Tab(), "", [], []];
  await begun();
});

describe("layers", () => {
  it("are an entry each, of which Back closes the topmost, then the next, then leaves", async () => {
    fragment = "#library";
    opened("library");
    await tab.settle();
    opened("menu");
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a", "/r/a#library", "/r/a#library"]);

    await tab.press(-1);
    expect(closed).toEqual(["menu"]);
    fragment = "";
    await tab.press(-1);
    expect(closed).toEqual(["menu", "library"]);
    expect([tab.at, tab.addresses]).toEqual([0, ["/r/a"]]);
  });

  it("that close by themselves take their entry with them", async () => {
    const close = opened("menu");
    await tab.settle();
    close();
    await tab.settle();
    expect([tab.at, closed]).toEqual([0, []]);
    close();
    await tab.settle();
    expect(tab.at).toBe(0);
  });

  it("that open while a step back is under way get their entry after it", async () => {
    const close = opened("menu");
    await tab.settle();
    close();
    await Promise.resolve();
    fragment = "#library";
    opened("library");
    opened("dialog");
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a", "/r/a#library", "/r/a#library"]);
  });

  it("that take one another's place in one moment take one another's entry", async () => {
    const close = opened("menu");
    await tab.settle();
    close();
    fragment = "#charts/pop";
    opened("charts");
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a", "/r/a#charts/pop"]);
  });

  it("leave the right address behind, whichever of them closes", async () => {
    fragment = "#charts/pop";
    const close = opened("charts");
    await tab.settle();
    opened("dialog");
    await tab.settle();
    close();
    fragment = "";
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a", "/r/a"]);
    await tab.press(-1);
    expect(closed).toEqual(["dialog"]);
  });

  it("that have no address are not there again by Forward, which leads back to what is shown", async () => {
    opened("menu");
    await tab.settle();
    await tab.press(-1);
    await tab.press(1);
    expect([tab.at, closed, visits]).toEqual([0, ["menu"], ["/r/a"]]);
  });
});

describe("the address", () => {
  it("follows the page without a new entry", async () => {
    fragment = "#library";
    opened("library");
    await tab.settle();
    fragment = "#library?search=halo";
    layers.follow();
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a", "/r/a#library?search=halo"]);
  });

  it("of a shared link has the queue behind it", async () => {
    [tab, fragment] = [new Tab(), "#charts/pop"];
    tab.entries = [{ state: null, path: "/r/a", hash: fragment }];
    layers = new Layers(tab);
    opened("charts");
    layers.begin({ fragment: () => fragment, visit: () => visits.push("") });
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a", "/r/a#charts/pop"]);
  });

  it("of a reloaded page has but the entries that it had, less one for each layer that is gone", async () => {
    fragment = "#library";
    opened("library");
    opened("menu");
    await tab.settle();
    layers = new Layers(tab);
    opened("library");
    layers.begin({ fragment: () => fragment, visit: () => {} });
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a", "/r/a#library"]);
  });

  it("is obeyed when it is typed", async () => {
    fragment = "#library";
    const close = opened("library");
    opened("menu");
    await tab.settle();
    await tab.type("#queue");
    close();
    expect([closed, visits]).toEqual([["menu", "library"], ["/r/a#queue"]]);
  });

  it("of another room begins with an entry of its own, and Back leads to the room before, as it was left", async () => {
    fragment = "#room";
    opened("room");
    await tab.settle();
    layers.enter("/r/b");
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a", "/r/a#room", "/r/b", "/r/b#room"]);

    fragment = "";
    await tab.press(-1);
    expect([closed, visits]).toEqual([["room"], []]);
    await tab.press(-1);
    expect(visits).toEqual(["/r/a#room"]);
  });

  it("changes nothing while the browser rejects it, and is right with the next change", async () => {
    const { replaceState } = tab.history;
    tab.history.replaceState = () => {
      throw new DOMException("too often", "SecurityError");
    };
    fragment = "#library?search=h";
    layers.follow();
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a"]);
    tab.history.replaceState = replaceState;
    fragment = "#library?search=halo";
    layers.follow();
    await tab.settle();
    expect(tab.addresses).toEqual(["/r/a#library?search=halo"]);
  });
});
