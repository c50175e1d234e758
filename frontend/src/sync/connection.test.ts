import { describe, expect, test } from "vitest";
import type { Tab } from "./testing/browser.ts";
import { liveSimulation, simulated } from "./testing/fixtures.ts";

const kind = (tab: Tab) => tab.client.view.connection.kind;

describe("coming", () => {
  test("the first connection asks for everything at once", async () => {
    const { simulation, browser } = simulated({ tracks: 2 });
    const tab = await browser.open();
    expect(kind(tab)).toBe("connecting");
    expect(tab.socket.url).toBe("ws://server/ws/playlist/main/?epoch=none&since=0");
    await simulation.pass(100);
    expect(kind(tab)).toBe("live");
    expect(tab.tracks).toBe("1 2");
    expect(tab.socket.said.map(({ type }) => type)).not.toContain("snapshot");
  });

  test("it is live only when every event is here", async () => {
    const { simulation, browser } = simulated({ tracks: 2 });
    browser.network.isByHand = true;
    const tab = await browser.open();
    await simulation.pass(100);
    tab.socket.deliver(1);
    expect(kind(tab)).toBe("connecting");
    tab.socket.deliver(1);
    expect(kind(tab)).toBe("live");
  });

  test("a later connection asks for what came since", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 2 });
    tab.socket.cut();
    server.main.add(3, "Bo", {});
    await simulation.pass(2_000);
    expect(tab.socket.url).toBe("ws://server/ws/playlist/main/?epoch=e1&since=2");
    expect(tab.tracks).toBe("1 2 3");
    expect(tab.noticesOf("snapshot")).toHaveLength(1);
  });

  test("a socket that is never greeted is given up", async () => {
    const { simulation, browser } = simulated();
    browser.network.isByHand = true;
    const tab = await browser.open();
    await simulation.pass(9_000);
    expect(tab.sockets).toHaveLength(1);
    await simulation.pass(3_000);
    expect(tab.sockets).toHaveLength(2);
    expect(tab.sockets[0]?.isOpen).toBe(false);
  });

  test("messages of a dropped socket are ignored", async () => {
    const { simulation, server, browser } = simulated({ tracks: 1 });
    browser.network.isByHand = true;
    const tab = await browser.open();
    const first = tab.socket;
    await simulation.pass(12_000);
    tab.socket.deliver();
    first.isOpen = true;
    first.give({ type: "playlist.snapshot", payload: { epoch: "old", seq: 9, items: [] } });
    first.give({ close: 4404 });
    expect(tab.client.view).toMatchObject({ epoch: server.main.epoch, connection: { kind: "live" } });
  });

  test("ignores text that is not a message", async () => {
    const { simulation, server, tab } = await liveSimulation();
    for (const oddity of ["null", "7", "{", "[]", "{}", '"type"', ""]) tab.socket.giveText(oddity);
    server.main.add(1, "Bo", {});
    await simulation.pass(100);
    expect(tab.tracks).toBe("1");
  });

  test("a page of another origin identifies its guest", async () => {
    const { simulation, browser } = simulated();
    const tab = await browser.open({ guestToken: () => "adas-token" });
    await simulation.pass(100);
    expect(tab.socket.said[0]).toEqual({ type: "identify", guest_token: "adas-token" });
  });

  test("a page of the server's own origin leaves that to the cookie", async () => {
    const { tab } = await liveSimulation();
    expect(tab.socket.said.map(({ type }) => type)).not.toContain("identify");
  });
});

describe("coming back", () => {
  test.each([1006, 1011, 4008, 4408])("after %i it comes back by itself", async (code) => {
    const { simulation, tab } = await liveSimulation();
    tab.socket.cut(code);
    expect(tab.client.view.connection).toMatchObject({ kind: "reconnecting", isRestart: false });
    await simulation.pass(2_000);
    expect(kind(tab)).toBe("live");
  });

  test("it shows when the next attempt is", async () => {
    const { simulation, browser, tab } = await liveSimulation();
    browser.skew = 3_600_000;
    tab.socket.cut();
    const { connection } = tab.client.view;
    const wait =
      connection.kind === "reconnecting" ? connection.retryAt - (simulation.now + browser.skew) : -1;
    expect(wait).toBeGreaterThan(0);
    await simulation.pass(wait - 1);
    expect(tab.sockets).toHaveLength(1);
    await simulation.pass(2);
    expect(tab.sockets).toHaveLength(2);
  });

  test("without a response it tries less and less often, but every half a minute", async () => {
    const { simulation, browser, tab } = await liveSimulation();
    const tries: number[] = [];
    browser.network.goDown();
    for (let count = tab.sockets.length; tries.length < 40; count += 1) {
      await simulation.until(() => tab.sockets.length > count);
      tries.push(simulation.now);
    }
    const waits = tries.slice(1).map((at, index) => at - (tries[index] as number));
    expect(Math.max(...waits.slice(0, 2))).toBeLessThan(4_100);
    expect(Math.max(...waits)).toBeLessThan(30_100);
    expect(Math.max(...waits)).toBeGreaterThan(15_000);
    // Full jitter: some of them are short, so that not all clients come together.
    expect(Math.min(...waits.slice(10))).toBeLessThan(10_000);
  });

  test("a connection that breaks immediately does not reset the delay", async () => {
    const { simulation, browser, tab } = await liveSimulation();
    browser.network.move = (pair) => {
      simulation.schedule(10, () => {
        pair.deliver();
        pair.cut();
      });
    };
    tab.socket.cut();
    await simulation.pass(10 * 60_000);
    expect(tab.sockets.length).toBeLessThan(70);
  });

  test("a server that restarts is waited for a moment", async () => {
    const { simulation, server, tab } = await liveSimulation();
    server.restart(4012);
    await simulation.pass(10);
    expect(tab.client.view.connection).toMatchObject({ kind: "reconnecting", isRestart: true });
    await simulation.pass(2_100);
    expect(kind(tab)).toBe("live");
    tab.socket.cut();
    expect(tab.client.view.connection).toMatchObject({ isRestart: false });
  });

  test("too many connections make it wait for a minute", async () => {
    const { simulation, browser, tab } = await liveSimulation();
    tab.socket.cut(4429);
    browser.signal("offline");
    browser.signal("online");
    browser.signal("visible");
    await simulation.pass(59_900);
    expect(tab.sockets).toHaveLength(1);
    expect(kind(tab)).toBe("reconnecting");
    await simulation.pass(31_000);
    expect(kind(tab)).toBe("live");
  });

  test("a person need not wait", async () => {
    const { simulation, tab } = await liveSimulation();
    tab.socket.cut(4429);
    tab.client.retryNow();
    await simulation.pass(100);
    expect(kind(tab)).toBe("live");
  });
});

describe("another person at the same page", () => {
  test("has a connection of their own, which continues where the other one was", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 2 });
    const before = tab.socket;
    tab.client.onUserChanged();
    server.main.add(3, "Bo", {});
    await simulation.pass(1_000);
    expect(before.isOpen).toBe(false);
    expect(tab.sockets).toHaveLength(2);
    expect(tab.socket.url).toBe("ws://server/ws/playlist/main/?epoch=e1&since=2");
    expect(kind(tab)).toBe("live");
    expect(tab.tracks).toBe("1 2 3");
  });

  test("waits like all others while there is no connection", async () => {
    const { simulation, tab } = await liveSimulation();
    tab.socket.cut(4429);
    tab.client.onUserChanged();
    await simulation.pass(1_000);
    expect(tab.sockets).toHaveLength(1);
    expect(kind(tab)).toBe("reconnecting");
  });
});

describe("the end", () => {
  test.each([
    [4403, "origin-not-allowed"],
    [4404, "no-such-room"],
  ])("after %i it doesn't come back", async (code, reason) => {
    const { simulation, browser, tab } = await liveSimulation();
    tab.socket.cut(code);
    browser.signal("online");
    tab.client.retryNow();
    await simulation.pass(10 * 60_000);
    expect(tab.client.view.connection).toEqual({ kind: "ended", reason });
    expect(tab.sockets).toHaveLength(1);
  });

  test("a room that is deleted has ended", async () => {
    const { simulation, server, tab } = await liveSimulation({ tracks: 1 });
    server.end("main");
    await simulation.pass(100);
    expect(kind(tab)).toBe("ended");
  });

  test("a room that was left stays left", async () => {
    const { simulation, browser, tab } = await liveSimulation();
    tab.client.stop();
    browser.signal("online");
    await simulation.pass(10 * 60_000);
    expect(tab.sockets).toHaveLength(1);
    expect(tab.socket.isOpen).toBe(false);
  });
});
