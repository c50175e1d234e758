import { describe, expect, test } from "vitest";
import { type Entry, InMemoryOutbox } from "./outbox_state.ts";
import type { RoomSnapshot } from "./snapshot_persistence.ts";
import { LEASE_MS } from "./tab_lease.ts";
import type { Tab } from "./testing/browser.ts";
import { addTrack, liveSimulation, simulated } from "./testing/fixtures.ts";

/** Two tabs of one browser, whose requests wait for a hand. */
async function twoTabs(options: Parameters<typeof liveSimulation>[0] & { hasChannels?: boolean } = {}) {
  const all = simulated(options);
  const { simulation, browser } = all;
  browser.hasChannels = options.hasChannels ?? true;
  const tabs = [await browser.open(), await browser.open()] as const;
  await simulation.until(() => tabs.every(({ client }) => client.view.connection.kind === "live"));
  await simulation.pass(1_000);
  browser.network.isPostByHand = true;
  return { ...all, network: browser.network, first: tabs[0], second: tabs[1] };
}

const pending = (tab: Tab) => tab.items.map((item) => item.pending.join("+")).join(" ");

describe.each([true, false])("two tabs (with a channel: %s)", (hasChannels) => {
  test("show each other's actions", async () => {
    const { simulation, first, second } = await twoTabs({ tracks: 2, hasChannels });
    first.client.act({ kind: "vote", item: 1, value: 1 });
    await simulation.pass(2_500);
    expect(second.items[0]).toMatchObject({ votes: 1, myVote: 1, pending: ["vote"] });
    expect(second.client.view.waiting).toHaveLength(1);
  });

  test("send everything once, in order, and both know", async () => {
    const { simulation, server, network, first, second } = await twoTabs({ tracks: 2, hasChannels });
    network.isPostByHand = false;
    const opIds: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const tab = round % 2 ? second : first;
      opIds.push(tab.client.act({ kind: "play", item: 1 + (round % 2) }));
      await simulation.pass(30);
    }
    await simulation.pass(20_000);
    expect(server.done.map(({ key }) => key)).toEqual(opIds);
    for (const tab of [first, second]) {
      expect(tab.client.view.waiting).toEqual([]);
      expect(pending(tab)).toBe(" ");
    }
  });

  test("know own events from others'", async () => {
    const { simulation, server, network, first, second } = await twoTabs({ tracks: 1, hasChannels });
    first.client.act({ kind: "vote", item: 1, value: 1 });
    await simulation.pass(2_500);
    network.carry(network.next());
    await simulation.pass(100);
    server.main.vote(1, "bo", 1);
    await simulation.pass(100);
    for (const tab of [first, second])
      expect(tab.noticesOf("event").map(({ isOwn }) => isOwn)).toEqual([true, false]);
  });
});

describe("one tab sends", () => {
  test("as long as it holds the lease", async () => {
    const { simulation, network, first, second } = await twoTabs({ tracks: 2 });
    first.client.act({ kind: "play", item: 1 });
    second.client.act({ kind: "play", item: 2 });
    await simulation.pass(19_000);
    expect(network.posts).toHaveLength(1);
  });

  test("and another when it has died", async () => {
    const { simulation, server, network, first, second } = await twoTabs({ tracks: 2 });
    first.client.act({ kind: "play", item: 1 });
    second.client.act({ kind: "play", item: 2 });
    await simulation.pass(50);
    const lost = network.next();
    lost.arrive();
    first.kill();
    network.isPostByHand = false;
    await simulation.pass(4_500);
    expect(server.done).toHaveLength(1);
    await simulation.pass(2_000);
    expect(server.done).toHaveLength(2);
    expect(second.client.view).toMatchObject({ playingKey: "item:2", waiting: [] });
  });

  test("at once when the other has left in order", async () => {
    const { simulation, server, network, first, second } = await twoTabs({ tracks: 2 });
    first.client.act({ kind: "play", item: 1 });
    second.client.act({ kind: "play", item: 2 });
    await simulation.pass(50);
    network.isPostByHand = false;
    first.client.stop();
    await simulation.pass(200);
    expect(server.done).toHaveLength(2);
  });

  test("and one that was frozen finds out before it sends more", async () => {
    const { simulation, server, network, first, second } = await twoTabs({ tracks: 3 });
    for (const item of [1, 2, 3]) first.client.act({ kind: "play", item });
    await simulation.pass(50);
    const late = network.next();
    first.freeze();
    await simulation.pass(6_000);
    // The other tab has taken over, and its first request is under way.
    const again = network.next();
    expect(again.ask).toEqual(late.ask);
    late.arrive();
    late.answer();
    first.thaw();
    await simulation.pass(3_000);
    expect(network.posts).toEqual([]);
    network.isPostByHand = false;
    network.carry(again);
    await simulation.pass(10_000);
    expect(server.done).toHaveLength(3);
    expect(server.violations).toEqual([]);
    expect(second.client.view).toMatchObject({ waiting: [], playingKey: "item:3" });
    expect(first.noticesOf("done")).toHaveLength(3);
  });

  test("even when its answer is slow", async () => {
    const { simulation, network, first, second } = await twoTabs({ tracks: 2 });
    first.client.act({ kind: "play", item: 1 });
    await simulation.pass(50);
    expect(network.posts).toHaveLength(1);
    second.client.act({ kind: "play", item: 2 });
    second.client.retryNow();
    await simulation.pass(15_000);
    expect(network.posts).toHaveLength(1);
  });

  test("what it was preparing is left to the other when that took too long", async () => {
    const { simulation, browser, server } = simulated({ tracks: 2 });
    let become = () => {};
    const first = await browser.open({
      prepareCaller: () =>
        new Promise<void>((resolve) => {
          become = resolve;
        }),
    });
    const second = await browser.open();
    await simulation.pass(1_000);
    first.client.act({ kind: "play", item: 1 });
    await simulation.pass(100);
    first.freeze();
    await simulation.pass(8_000);
    expect(server.done).toHaveLength(1);
    second.client.act({ kind: "play", item: 2 });
    await simulation.pass(1_000);
    const asked: string[] = [];
    server.trouble = (ask) => {
      if (ask.key) asked.push(ask.key);
      return null;
    };
    become();
    first.thaw();
    await simulation.pass(5_000);
    expect(asked).toEqual([]);
    expect(first.client.view.playingKey).toBe("item:2");
  });
});

describe("a rejection", () => {
  test("is reported in every tab that knew of the action", async () => {
    const { simulation, server, network, first, second } = await twoTabs();
    network.isPostByHand = false;
    addTrack(first, 7);
    server.main.add(7, "Bo", {});
    await simulation.pass(1_000);
    for (const tab of [first, second]) expect(tab.noticesOf("rejected")).toHaveLength(1);
  });

  test("is reported on the next visit if the tab was closed before it could", async () => {
    const { simulation, browser, tab, server } = await liveSimulation();
    server.main.add(7, "Bo", {});
    browser.network.isPostByHand = true;
    addTrack(tab, 7);
    await simulation.pass(50);
    tab.kill();
    browser.network.isPostByHand = false;
    // A page of another room sends it, and does not report it.
    server.open("attic");
    const attic = await browser.open({ room: "attic" });
    await simulation.pass(10_000);
    attic.client.stop();
    expect(attic.noticesOf("rejected")).toEqual([]);
    const back = await browser.open();
    await simulation.pass(1_000);
    expect(back.noticesOf("rejected")).toHaveLength(1);
    const again = await browser.open();
    await simulation.pass(1_000);
    expect(again.noticesOf("rejected")).toEqual([]);
  });
});

test("a tab that is visible again reads the outbox and sends immediately, though it missed what another left", async () => {
  const { simulation, server, browser, tab } = await liveSimulation({ tracks: 2 });
  // The other tab has no channel, and has failed so often that its next attempt is far away.
  browser.hasChannels = false;
  const other = await browser.open();
  await simulation.pass(1_000);
  browser.network.isPostByHand = true;
  other.client.act({ kind: "play", item: 1 });
  await simulation.pass(50);
  while (browser.network.posts.length > 0) {
    browser.network.next().lose();
    await simulation.pass(2 * LEASE_MS);
  }
  other.kill();
  browser.network.isPostByHand = false;
  expect(tab.client.view.waiting).toEqual([]);
  expect(server.done).toEqual([]);

  tab.signal("visible");

  await simulation.pass(100);
  expect(server.done).toHaveLength(1);
  expect(tab.client.view).toMatchObject({ playingKey: "item:1", waiting: [] });
});

test("a tab that had nothing to send when it connected respects the wait after another's attempts", async () => {
  const { simulation, network, first, second } = await twoTabs({ tracks: 1, hasChannels: false });
  const waiting = () => first.client.view.waiting[0] as Entry;
  second.freeze();
  first.client.act({ kind: "play", item: 1 });
  do {
    await simulation.until(() => network.posts.length > 0);
    network.next().lose();
    await simulation.settle();
  } while (waiting().notBefore < simulation.now + LEASE_MS);
  const { notBefore } = waiting();

  second.thaw({ isSeen: false });

  await simulation.until(() => network.posts.length > 0);
  expect(simulation.now).toBeGreaterThanOrEqual(notBefore);
});

test("what another tab does while this one opens is not missed", async () => {
  const { simulation, server, browser } = simulated();
  const outbox = new InMemoryOutbox();
  let load = async (): Promise<RoomSnapshot | null> => null;
  browser.isDatabaseReal = false;
  browser.openStorage = async () => ({
    outbox,
    rooms: { load: () => load(), save: async () => {}, remove: async () => {} },
  });
  const tab = await browser.open();
  await simulation.pass(1_000);
  // The late one has looked into the outbox, and still waits for the rest.
  let loaded = () => {};
  load = () =>
    new Promise((resolve) => {
      loaded = () => resolve(null);
    });
  await browser.open();
  browser.network.isPostByHand = true;
  addTrack(tab, 7);
  await simulation.pass(50);
  tab.kill();
  browser.network.isPostByHand = false;
  loaded();
  await simulation.pass(10_000);
  expect(server.done).toHaveLength(1);
});
