import { describe, expect, test } from "vitest";
import { addTrack, liveSimulation, simulated } from "./testing/fixtures.ts";
import { errorResponse } from "./testing/model_server.ts";

/** A live tab whose requests wait for a hand. */
async function byHand(options: Parameters<typeof liveSimulation>[0] = {}) {
  const all = await liveSimulation(options);
  all.browser.network.isPostByHand = true;
  return { ...all, network: all.browser.network };
}

describe("a write", () => {
  test("carries its op id as its key", async () => {
    const { simulation, tab, network } = await byHand();
    const opId = addTrack(tab, 7);
    await simulation.pass(50);
    expect(network.next().ask).toMatchObject({ key: opId, path: "/api/rooms/main/playlist/" });
    expect(opId).toMatch(/^[0-9a-f]{32}$/);
  });

  test("waits for the answer to the one before", async () => {
    const { simulation, server, tab, network } = await byHand({ tracks: 2 });
    tab.client.act({ kind: "play", item: 1 });
    tab.client.act({ kind: "play", item: 2 });
    await simulation.pass(5_000);
    expect(network.posts).toHaveLength(1);
    network.carry(network.next());
    await simulation.pass(50);
    network.carry(network.next());
    await simulation.pass(50);
    expect(server.main.items.map(({ is_playing }) => is_playing)).toEqual([false, true]);
    expect(tab.client.view.waiting).toEqual([]);
  });

  test("does not wait for another room", async () => {
    const { simulation, server, browser, tab, network } = await byHand({ tracks: 1 });
    server.open("attic");
    const attic = await browser.open({ room: "attic" });
    tab.client.act({ kind: "play", item: 1 });
    addTrack(attic, 3);
    await simulation.pass(6_000);
    expect(network.posts.map(({ ask }) => ask.path.split("/")[3]).sort()).toEqual(["attic", "main"]);
  });

  test("of a newcomer's item waits for its id", async () => {
    const { simulation, server, tab } = await liveSimulation();
    const opId = addTrack(tab, 7);
    tab.client.act({ kind: "vote", item: { addedBy: opId }, value: 1 });
    tab.client.act({ kind: "play", item: { addedBy: opId } });
    await simulation.pass(1_000);
    expect(server.main.items).toMatchObject([{ track_id: 7, votes: 1, is_playing: true }]);
    // The page may still know the item by its old name.
    tab.client.act({ kind: "vote", item: { addedBy: opId }, value: -1 });
    await simulation.pass(100_000);
    tab.client.act({ kind: "remove", item: { addedBy: opId } });
    await simulation.pass(1_000);
    expect(server.main.items).toEqual([]);
  });

  test("that gets lost is sent again, and done once", async () => {
    const { simulation, server, tab, network } = await byHand();
    addTrack(tab, 7);
    await simulation.pass(50);
    network.next().lose();
    await simulation.pass(1_500);
    const second = network.next();
    second.arrive();
    second.lose();
    await simulation.pass(2_500);
    network.carry(network.next());
    await simulation.pass(50);
    expect(server.done).toHaveLength(1);
    expect(server.violations).toEqual([]);
    expect(tab.noticesOf("done")).toHaveLength(1);
    expect(tab.noticesOf("rejected")).toHaveLength(0);
  });

  test("without an answer is sent again after a while", async () => {
    const { simulation, tab, network } = await byHand();
    addTrack(tab, 7);
    await simulation.pass(50);
    const first = network.next();
    await simulation.pass(25_000);
    expect(network.next().ask).toEqual(first.ask);
  });

  test("is sent again at once when the network comes back", async () => {
    const { simulation, browser, tab, network } = await byHand();
    addTrack(tab, 7);
    for (let count = 0; count < 8; count += 1) {
      await simulation.until(() => network.posts.length > 0);
      network.next().lose();
    }
    browser.signal("online");
    await simulation.pass(50);
    expect(network.posts).toHaveLength(1);
  });

  test.each([429, 503])("that is answered with %i waits as long as it is asked to", async (status) => {
    const { simulation, browser, tab, network } = await byHand();
    addTrack(tab, 7);
    await simulation.pass(50);
    network.next().answer({ ...errorResponse(status, "RATE_LIMITED"), headers: { "Retry-After": "9" } });
    browser.signal("online");
    tab.client.retryNow();
    await simulation.pass(8_900);
    expect(network.posts).toEqual([]);
    await simulation.pass(500);
    network.carry(network.next());
    await simulation.pass(50);
    expect(tab.noticesOf("done")).toHaveLength(1);
  });

  test("that was rate limited delays the room, which shows until when", async () => {
    const { simulation, tab, network } = await byHand();
    addTrack(tab, 7);
    addTrack(tab, 8);
    await simulation.pass(50);
    expect(tab.client.view.limitedUntil).toBeNull();
    const until = simulation.now + 9_000;

    network.next().answer({ ...errorResponse(429, "RATE_LIMITED"), headers: { "Retry-After": "9" } });
    await simulation.pass(50);
    expect(tab.client.view.limitedUntil).toBeGreaterThanOrEqual(until);
    expect(tab.client.view.limitedUntil).toBeLessThan(until + 100);
    expect(tab.client.view.waiting).toHaveLength(2);

    await simulation.until(() => network.posts.length > 0);
    network.carry(network.next());
    await simulation.pass(50);
    expect(tab.client.view.limitedUntil).toBeNull();
  });

  test("that meets a server which is unavailable for a moment was not too much", async () => {
    const { simulation, tab, network } = await byHand();
    addTrack(tab, 7);
    await simulation.pass(50);
    network.next().answer({ ...errorResponse(503, "UNAVAILABLE"), headers: { "Retry-After": "9" } });
    await simulation.pass(50);
    expect(tab.client.view).toMatchObject({ limitedUntil: null, waiting: [{}] });
  });

  test("that a bug rejects is tried five times, then given up with a notice", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 1 });
    let tries = 0;
    server.trouble = ({ method }) => {
      if (method === "GET") return null;
      tries += 1;
      return errorResponse(500, "INTERNAL_ERROR");
    };
    const opId = tab.client.act({ kind: "play", item: 1 });
    await simulation.pass(5 * 60_000);
    expect(tries).toBe(5);
    expect(tab.noticesOf("rejected")).toMatchObject([
      { rejection: { code: "INTERNAL_ERROR", stored: { opId } } },
    ]);
    expect(tab.client.view).toMatchObject({ waiting: [], playingKey: null });
  });

  test("outlasts a proxy that can't reach the server", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 1 });
    server.trouble = () => ({ status: 502, body: "Bad gateway", headers: {} });
    tab.client.act({ kind: "play", item: 1 });
    await simulation.pass(60 * 60_000);
    expect(tab.client.view.waiting).toHaveLength(1);
    server.trouble = () => null;
    await simulation.pass(60_000);
    expect(tab.client.view).toMatchObject({ waiting: [], playingKey: "item:1" });
  });

  test("that meets a reused key is rejected: only a bug can have made it", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 1 });
    server.trouble = (ask) => (ask.method === "GET" ? null : errorResponse(422, "IDEMPOTENCY_KEY_REUSED"));
    tab.client.act({ kind: "play", item: 1 });
    await simulation.pass(1_000);
    expect(tab.noticesOf("rejected")).toMatchObject([{ rejection: { code: "IDEMPOTENCY_KEY_REUSED" } }]);
  });
});

describe("a sequence of taps", () => {
  test("on one item is one vote, the last", async () => {
    const { simulation, server, tab, network } = await byHand({ tracks: 2 });
    tab.client.act({ kind: "play", item: 2 });
    for (const value of [1, 0, -1, 1, -1] as const) tab.client.act({ kind: "vote", item: 1, value });
    expect(tab.items[0]).toMatchObject({ votes: -1, myVote: -1 });
    await simulation.pass(50);
    network.isPostByHand = false;
    network.carry(network.next());
    await simulation.pass(1_000);
    expect(server.done).toHaveLength(2);
    expect(server.main.items[0]).toMatchObject({ votes: -1 });
  });

  test("doesn't change what was tried already", async () => {
    const { simulation, server, tab, network } = await byHand({ tracks: 1 });
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    await simulation.pass(50);
    network.next().lose();
    tab.client.act({ kind: "vote", item: 1, value: -1 });
    network.isPostByHand = false;
    await simulation.pass(5_000);
    expect(server.done).toHaveLength(2);
    expect(server.main.items[0]).toMatchObject({ votes: -1 });
    expect(server.violations).toEqual([]);
  });
});

describe("the caller", () => {
  test("is sent in a header on another origin", async () => {
    const { simulation, server, browser } = simulated({ tracks: 1 });
    const tab = await browser.open({ guestToken: () => "bos-token" });
    await simulation.pass(100);
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    await simulation.pass(1_000);
    expect(server.done).toMatchObject([{ caller: "bos-token" }]);
  });

  test("gets an identity before the first request", async () => {
    const { simulation, server, browser } = simulated({ tracks: 1 });
    let become = () => {};
    let failures = 2;
    const prepareCaller = () => {
      failures -= 1;
      if (failures >= 0) return Promise.reject(new Error("no answer"));
      return new Promise<void>((resolve) => {
        become = resolve;
      });
    };
    const tab = await browser.open({ prepareCaller });
    await simulation.pass(100);
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    await simulation.pass(10_000);
    expect(server.done).toEqual([]);
    become();
    await simulation.pass(1_000);
    expect(server.done).toHaveLength(1);
  });
});
