import { describe, expect, test } from "vitest";
import type { Tab } from "./testing/browser.ts";
import { liveSetting, setting } from "./testing/setting.ts";

const kind = (tab: Tab) => tab.client.view.connection.kind;

describe("coming", () => {
  test("the first connection asks for everything at once", async () => {
    const { world, browser } = setting({ tracks: 2 });
    const tab = await browser.open();
    expect(kind(tab)).toBe("connecting");
    expect(tab.socket.url).toBe("ws://server/ws/playlist/main/?epoch=none&since=0");
    await world.pass(100);
    expect(kind(tab)).toBe("live");
    expect(tab.tracks).toBe("1 2");
    expect(tab.socket.said.map(({ type }) => type)).not.toContain("snapshot");
  });

  test("it is live only when every event is here", async () => {
    const { world, browser } = setting({ tracks: 2 });
    browser.network.isByHand = true;
    const tab = await browser.open();
    await world.pass(100);
    tab.socket.deliver(1);
    expect(kind(tab)).toBe("connecting");
    tab.socket.deliver(1);
    expect(kind(tab)).toBe("live");
  });

  test("a later connection asks for what came since", async () => {
    const { world, server, tab } = await liveSetting({ tracks: 2 });
    tab.socket.cut();
    server.main.add(3, "Bo", {});
    await world.pass(2_000);
    expect(tab.socket.url).toBe("ws://server/ws/playlist/main/?epoch=e1&since=2");
    expect(tab.tracks).toBe("1 2 3");
    expect(tab.told("snapshot")).toHaveLength(1);
  });

  test("a socket that is never greeted is given up", async () => {
    const { world, browser } = setting();
    browser.network.isByHand = true;
    const tab = await browser.open();
    await world.pass(9_000);
    expect(tab.sockets).toHaveLength(1);
    await world.pass(3_000);
    expect(tab.sockets).toHaveLength(2);
    expect(tab.sockets[0]?.isOpen).toBe(false);
  });

  test("what a given up socket still says is not heard", async () => {
    const { world, server, browser } = setting({ tracks: 1 });
    browser.network.isByHand = true;
    const tab = await browser.open();
    const first = tab.socket;
    await world.pass(12_000);
    tab.socket.deliver();
    first.isOpen = true;
    first.give({ type: "playlist.snapshot", payload: { epoch: "old", seq: 9, items: [] } });
    first.give({ close: 4404 });
    expect(tab.client.view).toMatchObject({ epoch: server.main.epoch, connection: { kind: "live" } });
  });

  test("text that is no frame is passed over", async () => {
    const { world, server, tab } = await liveSetting();
    for (const oddity of ["null", "7", "{", "[]", "{}", '"type"', ""]) tab.socket.giveText(oddity);
    server.main.add(1, "Bo", {});
    await world.pass(100);
    expect(tab.tracks).toBe("1");
  });

  test("a page of another origin says who it is", async () => {
    const { world, browser } = setting();
    const tab = await browser.open({ guestToken: () => "adas-token" });
    await world.pass(100);
    expect(tab.socket.said[0]).toEqual({ type: "identify", guest_token: "adas-token" });
  });

  test("a page of the server's own origin leaves that to the cookie", async () => {
    const { tab } = await liveSetting();
    expect(tab.socket.said.map(({ type }) => type)).not.toContain("identify");
  });
});

describe("coming back", () => {
  test.each([1006, 4008, 4408])("after %i it comes back by itself", async (code) => {
    const { world, tab } = await liveSetting();
    tab.socket.cut(code);
    expect(tab.client.view.connection).toMatchObject({ kind: "reconnecting", isRestart: false });
    await world.pass(2_000);
    expect(kind(tab)).toBe("live");
  });

  test("it says when the next try is", async () => {
    const { world, browser, tab } = await liveSetting();
    browser.skew = 3_600_000;
    tab.socket.cut();
    const { connection } = tab.client.view;
    const wait = connection.kind === "reconnecting" ? connection.retryAt - (world.now + browser.skew) : -1;
    expect(wait).toBeGreaterThan(0);
    await world.pass(wait - 1);
    expect(tab.sockets).toHaveLength(1);
    await world.pass(2);
    expect(tab.sockets).toHaveLength(2);
  });

  test("while nobody answers it tries less and less often, but every half a minute", async () => {
    const { world, browser, tab } = await liveSetting();
    const tries: number[] = [];
    browser.network.goDown();
    for (let count = tab.sockets.length; tries.length < 40; count += 1) {
      await world.until(() => tab.sockets.length > count);
      tries.push(world.now);
    }
    const waits = tries.slice(1).map((at, index) => at - (tries[index] as number));
    expect(Math.max(...waits.slice(0, 2))).toBeLessThan(4_100);
    expect(Math.max(...waits)).toBeLessThan(30_100);
    expect(Math.max(...waits)).toBeGreaterThan(15_000);
    // Full jitter: some of them are short, so that not all clients come together.
    expect(Math.min(...waits.slice(10))).toBeLessThan(10_000);
  });

  test("a line that breaks as soon as it stands doesn't make it hurry", async () => {
    const { world, browser, tab } = await liveSetting();
    browser.network.move = (pair) => {
      world.schedule(10, () => {
        pair.deliver();
        pair.cut();
      });
    };
    tab.socket.cut();
    await world.pass(10 * 60_000);
    expect(tab.sockets.length).toBeLessThan(70);
  });

  test("a server that restarts is waited for a moment", async () => {
    const { world, server, tab } = await liveSetting();
    server.restart(4012);
    await world.pass(10);
    expect(tab.client.view.connection).toMatchObject({ kind: "reconnecting", isRestart: true });
    await world.pass(2_100);
    expect(kind(tab)).toBe("live");
    tab.socket.cut();
    expect(tab.client.view.connection).toMatchObject({ isRestart: false });
  });

  test("too many connections keep it away for a minute", async () => {
    const { world, browser, tab } = await liveSetting();
    tab.socket.cut(4429);
    browser.signal("offline");
    browser.signal("online");
    browser.signal("visible");
    await world.pass(59_900);
    expect(tab.sockets).toHaveLength(1);
    expect(kind(tab)).toBe("reconnecting");
    await world.pass(31_000);
    expect(kind(tab)).toBe("live");
  });

  test("a person need not wait", async () => {
    const { world, tab } = await liveSetting();
    tab.socket.cut(4429);
    tab.client.retryNow();
    await world.pass(100);
    expect(kind(tab)).toBe("live");
  });
});

describe("another person at the same page", () => {
  test("has a line of their own, which goes on where the other one stood", async () => {
    const { world, server, tab } = await liveSetting({ tracks: 2 });
    const before = tab.socket;
    tab.client.becameAnother();
    server.main.add(3, "Bo", {});
    await world.pass(1_000);
    expect(before.isOpen).toBe(false);
    expect(tab.sockets).toHaveLength(2);
    expect(tab.socket.url).toBe("ws://server/ws/playlist/main/?epoch=e1&since=2");
    expect(kind(tab)).toBe("live");
    expect(tab.tracks).toBe("1 2 3");
  });

  test("waits like everybody while there is no line", async () => {
    const { world, tab } = await liveSetting();
    tab.socket.cut(4429);
    tab.client.becameAnother();
    await world.pass(1_000);
    expect(tab.sockets).toHaveLength(1);
    expect(kind(tab)).toBe("reconnecting");
  });
});

describe("the end", () => {
  test.each([
    [4403, "origin-not-allowed"],
    [4404, "no-such-room"],
  ])("after %i it doesn't come back", async (code, reason) => {
    const { world, browser, tab } = await liveSetting();
    tab.socket.cut(code);
    browser.signal("online");
    tab.client.retryNow();
    await world.pass(10 * 60_000);
    expect(tab.client.view.connection).toEqual({ kind: "ended", reason });
    expect(tab.sockets).toHaveLength(1);
  });

  test("a room that is deleted has ended", async () => {
    const { world, server, tab } = await liveSetting({ tracks: 1 });
    server.end("main");
    await world.pass(100);
    expect(kind(tab)).toBe("ended");
  });

  test("a room that was left stays left", async () => {
    const { world, browser, tab } = await liveSetting();
    tab.client.stop();
    browser.signal("online");
    await world.pass(10 * 60_000);
    expect(tab.sockets).toHaveLength(1);
    expect(tab.socket.isOpen).toBe(false);
  });
});
