import { describe, expect, test } from "vitest";
import { LEASE_MS } from "./claiming.ts";
import { MemoryStore } from "./memory_store.ts";
import type { Entry } from "./outbox_state.ts";
import type { Remembered } from "./room_memory.ts";
import type { Tab } from "./testing/browser.ts";
import { addTrack, liveSetting, setting } from "./testing/setting.ts";

/** Two tabs of one browser, whose requests wait for a hand. */
async function twoTabs(options: Parameters<typeof liveSetting>[0] & { hasChannels?: boolean } = {}) {
  const all = setting(options);
  const { world, browser } = all;
  browser.hasChannels = options.hasChannels ?? true;
  const tabs = [await browser.open(), await browser.open()] as const;
  await world.until(() => tabs.every(({ client }) => client.view.connection.kind === "live"));
  await world.pass(1_000);
  browser.network.isPostByHand = true;
  return { ...all, network: browser.network, first: tabs[0], second: tabs[1] };
}

const pending = (tab: Tab) => tab.items.map((item) => item.pending.join("+")).join(" ");

describe.each([true, false])("two tabs (that can tell each other: %s)", (hasChannels) => {
  test("show each other's actions", async () => {
    const { world, first, second } = await twoTabs({ tracks: 2, hasChannels });
    first.client.act({ kind: "vote", item: 1, value: 1 });
    await world.pass(2_500);
    expect(second.items[0]).toMatchObject({ votes: 1, myVote: 1, pending: ["vote"] });
    expect(second.client.view.waiting).toHaveLength(1);
  });

  test("send everything once, in order, and both know", async () => {
    const { world, server, network, first, second } = await twoTabs({ tracks: 2, hasChannels });
    network.isPostByHand = false;
    const opIds: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const tab = round % 2 ? second : first;
      opIds.push(tab.client.act({ kind: "play", item: 1 + (round % 2) }));
      await world.pass(30);
    }
    await world.pass(20_000);
    expect(server.done.map(({ key }) => key)).toEqual(opIds);
    for (const tab of [first, second]) {
      expect(tab.client.view.waiting).toEqual([]);
      expect(pending(tab)).toBe(" ");
    }
  });

  test("know own events from others'", async () => {
    const { world, server, network, first, second } = await twoTabs({ tracks: 1, hasChannels });
    first.client.act({ kind: "vote", item: 1, value: 1 });
    await world.pass(2_500);
    network.carry(network.next());
    await world.pass(100);
    server.main.vote(1, "bo", 1);
    await world.pass(100);
    for (const tab of [first, second])
      expect(tab.told("event").map(({ isOwn }) => isOwn)).toEqual([true, false]);
  });
});

describe("one tab sends", () => {
  test("as long as it holds the lease", async () => {
    const { world, network, first, second } = await twoTabs({ tracks: 2 });
    first.client.act({ kind: "play", item: 1 });
    second.client.act({ kind: "play", item: 2 });
    await world.pass(19_000);
    expect(network.posts).toHaveLength(1);
  });

  test("and another when it has died", async () => {
    const { world, server, network, first, second } = await twoTabs({ tracks: 2 });
    first.client.act({ kind: "play", item: 1 });
    second.client.act({ kind: "play", item: 2 });
    await world.pass(50);
    const lost = network.next();
    lost.arrive();
    first.kill();
    network.isPostByHand = false;
    await world.pass(4_500);
    expect(server.done).toHaveLength(1);
    await world.pass(2_000);
    expect(server.done).toHaveLength(2);
    expect(second.client.view).toMatchObject({ playingKey: "item:2", waiting: [] });
  });

  test("at once when the other has left in order", async () => {
    const { world, server, network, first, second } = await twoTabs({ tracks: 2 });
    first.client.act({ kind: "play", item: 1 });
    second.client.act({ kind: "play", item: 2 });
    await world.pass(50);
    network.isPostByHand = false;
    first.client.stop();
    await world.pass(200);
    expect(server.done).toHaveLength(2);
  });

  test("and one that was frozen finds out before it sends more", async () => {
    const { world, server, network, first, second } = await twoTabs({ tracks: 3 });
    for (const item of [1, 2, 3]) first.client.act({ kind: "play", item });
    await world.pass(50);
    const late = network.next();
    first.freeze();
    await world.pass(6_000);
    // The other tab has taken over, and its first request is under way.
    const again = network.next();
    expect(again.ask).toEqual(late.ask);
    late.arrive();
    late.answer();
    first.thaw();
    await world.pass(3_000);
    expect(network.posts).toEqual([]);
    network.isPostByHand = false;
    network.carry(again);
    await world.pass(10_000);
    expect(server.done).toHaveLength(3);
    expect(server.violations).toEqual([]);
    expect(second.client.view).toMatchObject({ waiting: [], playingKey: "item:3" });
    expect(first.told("done")).toHaveLength(3);
  });

  test("even when its answer is slow", async () => {
    const { world, network, first, second } = await twoTabs({ tracks: 2 });
    first.client.act({ kind: "play", item: 1 });
    await world.pass(50);
    expect(network.posts).toHaveLength(1);
    second.client.act({ kind: "play", item: 2 });
    second.client.retryNow();
    await world.pass(15_000);
    expect(network.posts).toHaveLength(1);
  });

  test("what it was preparing is left to the other when that took too long", async () => {
    const { world, browser, server } = setting({ tracks: 2 });
    let become = () => {};
    const first = await browser.open({
      prepareCaller: () =>
        new Promise<void>((resolve) => {
          become = resolve;
        }),
    });
    const second = await browser.open();
    await world.pass(1_000);
    first.client.act({ kind: "play", item: 1 });
    await world.pass(100);
    first.freeze();
    await world.pass(8_000);
    expect(server.done).toHaveLength(1);
    second.client.act({ kind: "play", item: 2 });
    await world.pass(1_000);
    const asked: string[] = [];
    server.trouble = (ask) => {
      if (ask.key) asked.push(ask.key);
      return null;
    };
    become();
    first.thaw();
    await world.pass(5_000);
    expect(asked).toEqual([]);
    expect(first.client.view.playingKey).toBe("item:2");
  });
});

describe("a refusal", () => {
  test("is told in every tab that knew of the action", async () => {
    const { world, server, network, first, second } = await twoTabs();
    network.isPostByHand = false;
    addTrack(first, 7);
    server.main.add(7, "Bo", {});
    await world.pass(1_000);
    for (const tab of [first, second]) expect(tab.told("refused")).toHaveLength(1);
  });

  test("is told on the next visit when the tab was closed before it could", async () => {
    const { world, browser, tab, server } = await liveSetting();
    server.main.add(7, "Bo", {});
    browser.network.isPostByHand = true;
    addTrack(tab, 7);
    await world.pass(50);
    tab.kill();
    browser.network.isPostByHand = false;
    // A page of another room sends it, and has nothing to say about it.
    server.open("attic");
    const attic = await browser.open({ room: "attic" });
    await world.pass(10_000);
    attic.client.stop();
    expect(attic.told("refused")).toEqual([]);
    const back = await browser.open();
    await world.pass(1_000);
    expect(back.told("refused")).toHaveLength(1);
    const again = await browser.open();
    await world.pass(1_000);
    expect(again.told("refused")).toEqual([]);
  });
});

test("who comes back to a tab has it look and send at once, though it heard nothing of what another left", async () => {
  const { world, server, browser, tab } = await liveSetting({ tracks: 2 });
  // The other can tell nobody, and its tries have come to nothing so often that the next is far away.
  browser.hasChannels = false;
  const other = await browser.open();
  await world.pass(1_000);
  browser.network.isPostByHand = true;
  other.client.act({ kind: "play", item: 1 });
  await world.pass(50);
  while (browser.network.posts.length > 0) {
    browser.network.next().lose();
    await world.pass(2 * LEASE_MS);
  }
  other.kill();
  browser.network.isPostByHand = false;
  expect(tab.client.view.waiting).toEqual([]);
  expect(server.done).toEqual([]);

  tab.signal("visible");

  await world.pass(100);
  expect(server.done).toHaveLength(1);
  expect(tab.client.view).toMatchObject({ playingKey: "item:1", waiting: [] });
});

test("a tab that had nothing to send when it connected keeps to the wait after another's tries", async () => {
  const { world, network, first, second } = await twoTabs({ tracks: 1, hasChannels: false });
  const waiting = () => first.client.view.waiting[0] as Entry;
  second.freeze();
  first.client.act({ kind: "play", item: 1 });
  do {
    await world.until(() => network.posts.length > 0);
    network.next().lose();
    await world.settle();
  } while (waiting().notBefore < world.now + LEASE_MS);
  const { notBefore } = waiting();

  second.thaw({ isSeen: false });

  await world.until(() => network.posts.length > 0);
  expect(world.now).toBeGreaterThanOrEqual(notBefore);
});

test("what another tab does while this one opens is not missed", async () => {
  const { world, server, browser } = setting();
  const outbox = new MemoryStore();
  let load = async (): Promise<Remembered | null> => null;
  browser.isDatabaseReal = false;
  browser.openStorage = async () => ({
    outbox,
    rooms: { load: () => load(), save: async () => {}, forget: async () => {} },
  });
  const tab = await browser.open();
  await world.pass(1_000);
  // The late one has looked into the outbox, and still waits for the rest.
  let loaded = () => {};
  load = () =>
    new Promise((resolve) => {
      loaded = () => resolve(null);
    });
  await browser.open();
  browser.network.isPostByHand = true;
  addTrack(tab, 7);
  await world.pass(50);
  tab.kill();
  browser.network.isPostByHand = false;
  loaded();
  await world.pass(10_000);
  expect(server.done).toHaveLength(1);
});
