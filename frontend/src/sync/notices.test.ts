import { describe, expect, test } from "vitest";
import type { RoomMessage, StreamEvent } from "./messages.ts";
import { addTrack, liveSimulation, simulated } from "./testing/fixtures.ts";

describe("a notice", () => {
  test("of an event has the items before it, and whether it is the user's own", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 3 });
    server.main.move(3, { before: 1 });
    server.main.remove(2);
    await simulation.pass(100);
    const [moved, removed] = tab.noticesOf("event");
    expect(moved?.before.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(removed?.before.map(({ id }) => id)).toEqual([3, 1, 2]);
    expect([moved?.isOwn, removed?.isOwn]).toEqual([false, false]);
    expect(tab.tracks).toBe("3 1");
  });

  test("of an event of an unknown type is passed on, and the state is not harmed", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 1 });
    const praised = { type: "track.praised", payload: { id: 1 }, room: "main", epoch: "e1" };
    const event = {
      ...praised,
      seq: 2,
      ts: new Date(simulation.now).toISOString(),
      op_id: null,
    } as unknown as StreamEvent;
    server.main.log.push(event);
    tab.socket.give(event as RoomMessage);
    server.main.vote(1, "bo", 1);
    await simulation.pass(60_000);
    expect(tab.noticesOf("event").map((notice) => notice.event.type)).toEqual([
      "track.praised",
      "track.voted",
    ]);
    expect(tab.client.view).toMatchObject({ seq: 3, resyncs: 0 });
  });

  test("of a completed action has the added item", async () => {
    const { simulation, tab } = await liveSimulation();
    const opId = addTrack(tab, 7);
    await simulation.pass(1_000);
    tab.client.act({ kind: "remove", item: 1 });
    await simulation.pass(1_000);
    tab.client.act({ kind: "restore", item: 1 });
    await simulation.pass(1_000);
    const done = tab
      .noticesOf("done")
      .map(({ stored, itemId }) => [stored.action.kind, stored.title, itemId]);
    expect(done).toEqual([
      ["add", "Track 7", 1],
      ["remove", "Track 7", null],
      ["restore", "Track 7", 1],
    ]);
    expect(tab.noticesOf("done")[0]?.stored).toMatchObject({ opId, status: "answered" });
  });

  test("of a listener that throws does not stop the others", async () => {
    const { simulation, server, tab } = await liveSimulation();
    const thrown: unknown[] = [];
    const keep = (error: unknown) => thrown.push(error);
    process.once("unhandledRejection", keep);
    tab.client.onNotice(() => {
      throw new Error("a mistake");
    });
    let heard = 0;
    tab.client.onNotice(() => {
      heard += 1;
    });
    server.main.add(1, "Bo", {});
    await simulation.pass(100);
    expect(heard).toBe(1);
    expect(tab.tracks).toBe("1");
    expect(thrown).toMatchObject([{ message: "a mistake" }]);
  });
});

describe("a resync", () => {
  test("a client that has gone wrong finds out and comes right", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 3 });
    // As if a bug had changed what this client knows.
    const room = server.main;
    room.items = room.items.slice(1);
    await simulation.pass(26_000);
    expect(tab.tracks).toBe("2 3");
    expect(tab.client.view.resyncs).toBe(1);
    expect(tab.noticesOf("resynced")).toHaveLength(1);
    await simulation.pass(10 * 60_000);
    expect(tab.client.view.resyncs).toBe(1);
  });
});

describe("notification", () => {
  test("happens once for each frame of the display, however much changes", async () => {
    const { simulation, server, tab } = await liveSimulation();
    const before = tab.views.length;
    for (let id = 1; id <= 50; id += 1) server.main.add(id, "Bo", {});
    await simulation.pass(100);
    expect(tab.noticesOf("event")).toHaveLength(50);
    expect(tab.views.length - before).toBe(1);
    expect(tab.views.at(-1)).toBe(tab.client.view);
  });
});

describe("leaving", () => {
  test("nothing happens any more, and what waits is stored for the next visit", async () => {
    const { simulation, server, browser, tab } = await liveSimulation({ tracks: 2 });
    browser.network.isPostByHand = true;
    tab.client.act({ kind: "play", item: 2 });
    tab.client.stop();
    await simulation.pass(60_000);
    expect(() => tab.client.act({ kind: "stop" })).toThrow();
    browser.network.isPostByHand = false;
    expect(server.done).toEqual([]);
    const again = await browser.open();
    await simulation.pass(1_000);
    expect(again.client.view.playingKey).toBe("item:2");
  });

  test("before having come is possible", async () => {
    const { simulation, browser } = simulated();
    const opening = browser.open();
    browser.tabs[0]?.client.stop();
    const tab = await opening;
    await simulation.pass(60_000);
    expect(tab.sockets).toEqual([]);
  });
});
