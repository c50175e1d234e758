import { describe, expect, test } from "vitest";
import type { Tab } from "./testing/browser.ts";
import { addTrack, liveSimulation, simulated } from "./testing/fixtures.ts";

const HOUR = 3_600_000;

async function offlineSetting(options: Parameters<typeof liveSimulation>[0] = {}) {
  const all = await liveSimulation(options);
  // What is known has been written down.
  await all.simulation.pass(5_000);
  all.browser.network.goDown();
  all.browser.signal("offline");
  const back = async (milliseconds = 5_000) => {
    all.browser.network.isDown = false;
    all.browser.signal("online");
    await all.simulation.pass(milliseconds);
  };
  return { ...all, back };
}

describe("without a network", () => {
  test("the web app still works, and shows what waits", async () => {
    const { tab } = await offlineSetting({ tracks: 2 });
    const opId = addTrack(tab, 7);
    tab.client.act({ kind: "vote", item: { addedBy: opId }, value: 1 });
    tab.client.act({ kind: "move", item: { addedBy: opId }, place: { before: 1 } });
    expect(tab.tracks).toBe("7 1 2");
    expect(tab.items[0]).toMatchObject({ votes: 1, pending: ["add", "vote", "move"] });
    expect(tab.client.view).toMatchObject({ connection: { kind: "offline" } });
    expect(tab.client.view.waiting.map(({ title }) => title)).toEqual(["Track 7", "Track 7", "Track 7"]);
  });

  test("actions are sent once and in order when it returns", async () => {
    const { simulation, server, tab, back } = await offlineSetting({ tracks: 2 });
    const opIds = [
      addTrack(tab, 7),
      tab.client.act({ kind: "play", item: 1 }),
      tab.client.act({ kind: "stop" }),
    ];
    await simulation.pass(20 * 60_000);
    await back();
    expect(server.done.map(({ key }) => key)).toEqual(opIds);
    expect(tab.client.view).toMatchObject({ waiting: [], playingKey: null, connection: { kind: "live" } });
  });

  test("a reload shows the last known state with the own actions in it", async () => {
    const { simulation, browser, tab } = await offlineSetting({ tracks: 2 });
    addTrack(tab, 7);
    await simulation.pass(50);
    tab.kill();
    const again = await browser.open();
    expect(again.tracks).toBe("1 2 7");
    expect(again.client.view).toMatchObject({ isKnown: true, epoch: "e1", seq: 2 });
    expect(again.client.view.waiting).toHaveLength(1);
    expect(again.client.view.connection.kind).toBe("offline");
  });

  test("what a closed tab left behind is sent by the next", async () => {
    const { simulation, server, browser, tab, back } = await offlineSetting({ tracks: 2 });
    const opIds = [addTrack(tab, 7), tab.client.act({ kind: "play", item: 2 })];
    await simulation.pass(50);
    tab.kill();
    await simulation.pass(HOUR);
    const again = await browser.open();
    await back();
    expect(server.done.map(({ key }) => key)).toEqual(opIds);
    expect(again.tracks).toBe("1 2 7");
    expect(again.client.view.waiting).toEqual([]);
  });

  test("an action whose answer got lost with its tab is done once", async () => {
    const { simulation, server, browser, tab } = await liveSimulation();
    browser.network.isPostByHand = true;
    addTrack(tab, 7);
    await simulation.pass(50);
    browser.network.next().arrive();
    tab.kill();
    const again = await browser.open();
    browser.network.isPostByHand = false;
    await simulation.pass(10_000);
    expect(server.done).toHaveLength(1);
    expect(server.refused).toEqual([]);
    expect(again.noticesOf("rejected")).toEqual([]);
    expect(again.tracks).toBe("7");
  });

  test("a rejected action is reported", async () => {
    const { server, tab, back } = await offlineSetting({ tracks: 3 });
    tab.client.act({ kind: "vote", item: 2, value: 1 });
    tab.client.act({ kind: "play", item: 3 });
    server.main.remove(2);
    await back();
    const [notice] = tab.noticesOf("rejected");
    expect(notice?.rejection).toMatchObject({
      code: "NOT_FOUND",
      stored: { title: "Track 2", action: { kind: "vote" } },
    });
    expect(tab.client.view).toMatchObject({ waiting: [], playingKey: "item:3" });
    expect(tab.tracks).toBe("1 3");
  });
});

describe("an action of yesterday", () => {
  /** The page was closed for 20 hours, with what was done before; now it is open, and so is the network. */
  async function nextDay(act: (tab: Tab) => void) {
    const { simulation, server, browser, tab, back } = await offlineSetting({ tracks: 1 });
    act(tab);
    await simulation.pass(50);
    tab.kill();
    await simulation.pass(20 * HOUR);
    const again = await browser.open();
    await back();
    return { simulation, server, tab: again };
  }

  const playing = (tab: Tab) => void tab.client.act({ kind: "play", item: 1 });

  test("is shown and not sent", async () => {
    const { server, tab } = await nextDay(playing);
    expect(server.done).toEqual([]);
    expect(tab.client.view).toMatchObject({ waiting: [], playingKey: null, stale: [{ title: "Track 1" }] });
  });

  test("can be sent all the same, as a new one", async () => {
    const { simulation, server, tab } = await nextDay(playing);
    const [stale] = tab.client.view.stale;
    tab.client.sendAnyway(stale?.opId ?? "");
    await simulation.pass(1_000);
    expect(server.done).toHaveLength(1);
    expect(server.done[0]?.key).not.toBe(stale?.opId);
    expect(tab.client.view).toMatchObject({ stale: [], playingKey: "item:1" });
  });

  test("can be discarded, with what depends on it", async () => {
    const { simulation, server, tab } = await nextDay((before) => {
      const opId = addTrack(before, 7);
      before.client.act({ kind: "vote", item: { addedBy: opId }, value: 1 });
    });
    const [addition, vote] = tab.client.view.stale;
    expect([addition?.action.kind, vote?.action.kind]).toEqual(["add", "vote"]);
    tab.client.discard(addition?.opId ?? "");
    await simulation.pass(1_000);
    expect(tab.client.view.stale).toEqual([]);
    expect(server.done).toEqual([]);
  });

  test.each(["sent", "forgotten"])(
    "is shown in any other room, too, and can be %s there",
    async (decision) => {
      const { simulation, server, browser, tab, back } = await offlineSetting({ tracks: 1 });
      server.open("attic");
      playing(tab);
      await simulation.pass(50);
      tab.kill();
      await simulation.pass(20 * HOUR);
      const { client } = await browser.open({ room: "attic" });
      await back();
      expect(client.view).toMatchObject({
        items: [],
        waiting: [],
        stale: [{ title: "Track 1", room: "main" }],
      });
      expect(server.done).toEqual([]);
      const [opId] = client.view.stale.map((stale) => stale.opId) as [string];
      if (decision === "sent") client.sendAnyway(opId);
      else client.discard(opId);
      await simulation.pass(1_000);
      expect(client.view.stale).toEqual([]);
      expect(server.done.map(({ room }) => room)).toEqual(decision === "sent" ? ["main"] : []);
    },
  );

  test("is shown as waiting until the server's time is known", async () => {
    const { simulation, browser, tab, back } = await offlineSetting({ tracks: 1 });
    playing(tab);
    await simulation.pass(50);
    tab.kill();
    await simulation.pass(20 * HOUR);
    const again = await browser.open();
    expect(again.client.view).toMatchObject({ waiting: [{ title: "Track 1" }], stale: [] });
    await back();
    expect(again.client.view).toMatchObject({ waiting: [], stale: [{ title: "Track 1" }] });
  });
});

describe("a clock that is set while the network is unavailable", () => {
  test.each([30, -30])("by %i hours makes nothing older", async (hours) => {
    const { simulation, server, browser, tab, back } = await offlineSetting({ tracks: 2 });
    tab.client.act({ kind: "play", item: 1 });
    browser.skew = hours * HOUR;
    tab.client.act({ kind: "play", item: 2 });
    await simulation.pass(10_000);
    await back();
    expect(server.done).toHaveLength(2);
    expect(tab.client.view).toMatchObject({ waiting: [], stale: [], playingKey: "item:2" });
    expect(tab.views.flatMap(({ stale }) => stale)).toEqual([]);
  });

  test.each([30, -30])("by %i hours and a reload make nothing older", async (hours) => {
    const { simulation, server, browser, tab, back } = await offlineSetting({ tracks: 2 });
    tab.client.act({ kind: "play", item: 1 });
    await simulation.pass(50);
    tab.kill();
    browser.skew = hours * HOUR;
    const again = await browser.open();
    again.client.act({ kind: "play", item: 2 });
    await simulation.pass(60_000);
    expect(again.client.view).toMatchObject({ stale: [], playingKey: "item:2" });
    await back();
    expect(server.done).toHaveLength(2);
    expect(again.views.flatMap(({ stale }) => stale)).toEqual([]);
  });

  test("hides no age", async () => {
    const { simulation, server, browser, tab, back } = await offlineSetting({ tracks: 2 });
    tab.client.act({ kind: "play", item: 1 });
    await simulation.pass(50);
    tab.kill();
    await simulation.pass(21 * HOUR);
    browser.skew = -21 * HOUR;
    const again = await browser.open();
    await back();
    expect(server.done).toEqual([]);
    expect(again.client.view.stale).toHaveLength(1);
  });
});

describe("a clock that is set while it works", () => {
  test("holds up nothing for longer than a question", async () => {
    const { simulation, server, browser, tab } = await liveSimulation({ tracks: 2 });
    tab.client.act({ kind: "play", item: 1 });
    browser.skew = 3_000;
    tab.client.act({ kind: "play", item: 2 });
    await simulation.pass(500);
    expect(server.done).toHaveLength(2);
  });
});

describe("a browser that stores nothing", () => {
  test("has a page that works as long as it is open", async () => {
    const { simulation, server, browser } = simulated({ tracks: 2 });
    browser.databases = null;
    const tab = await browser.open();
    await simulation.pass(1_000);
    browser.network.goDown();
    addTrack(tab, 7);
    tab.client.act({ kind: "play", item: 2 });
    await simulation.pass(10 * 60_000);
    browser.network.isDown = false;
    await simulation.pass(60_000);
    expect(server.done).toHaveLength(2);
    expect(tab.client.view).toMatchObject({ waiting: [], playingKey: "item:2" });
  });
});
