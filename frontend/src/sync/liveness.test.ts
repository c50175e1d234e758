import { expect, test } from "vitest";
import type { Tab } from "./testing/browser.ts";
import { liveSetting, setting } from "./testing/setting.ts";

const kind = (tab: Tab) => tab.client.view.connection.kind;

/** What was said over the newest socket, without the first questions for the time. */
const asked = (tab: Tab) => tab.socket.said.slice(3).map(({ type }) => type);

test("a quiet room is known to be alive by its heartbeats", async () => {
  const { world, tab } = await liveSetting({ tracks: 1 });
  await world.pass(10 * 60_000);
  expect(tab.sockets).toHaveLength(1);
  expect(asked(tab)).toEqual([]);
});

test("a dead line is noticed and replaced", async () => {
  const { world, tab } = await liveSetting();
  tab.socket.die();
  await world.pass(29_000);
  expect(kind(tab)).toBe("live");
  await world.pass(10_000);
  expect(tab.sockets).toHaveLength(2);
  expect(kind(tab)).toBe("live");
});

test("a server that is only quiet is asked, and kept", async () => {
  const { world, browser, tab } = await liveSetting();
  browser.network.move = (pair) => {
    const frame = pair.toClient.at(-1);
    if (frame && "type" in frame && frame.type === "heartbeat") pair.toClient.pop();
    else world.schedule(10, () => pair.deliver(1));
  };
  await world.pass(5 * 60_000);
  expect(tab.sockets).toHaveLength(1);
  expect(asked(tab)).toContain("ping");
});

test("coming back to the page asks a line at once whether it is alive", async () => {
  const { world, browser, tab } = await liveSetting();
  tab.socket.die();
  browser.signal("visible");
  await world.pass(6_500);
  expect(tab.sockets).toHaveLength(2);
});

test("waking from sleep asks a line at once whether it is alive", async () => {
  const { world, tab } = await liveSetting();
  tab.freeze();
  tab.socket.die();
  await world.pass(20_000);
  tab.thaw({ isSeen: false });
  await world.pass(6_500);
  expect(tab.sockets).toHaveLength(2);
});

test("waking from sleep doesn't wait for the next try", async () => {
  const { world, browser, tab } = await liveSetting();
  browser.network.goDown();
  await world.pass(5 * 60_000);
  browser.network.isDown = false;
  const before = tab.sockets.length;
  browser.signal("visible");
  await world.pass(100);
  expect(tab.sockets).toHaveLength(before + 1);
  expect(kind(tab)).toBe("live");
});

test("when the network comes back it doesn't wait for the next try", async () => {
  const { world, browser, tab } = await liveSetting();
  browser.network.goDown();
  browser.signal("offline");
  expect(kind(tab)).toBe("offline");
  await world.pass(5 * 60_000);
  expect(kind(tab)).toBe("offline");
  browser.network.isDown = false;
  browser.signal("online");
  await world.pass(100);
  expect(kind(tab)).toBe("live");
});

test("a browser that wrongly thinks it is offline is let in", async () => {
  const { world, browser } = setting({ tracks: 1 });
  browser.isOnline = false;
  const tab = await browser.open();
  expect(kind(tab)).toBe("offline");
  await world.pass(1_000);
  expect(kind(tab)).toBe("live");
  browser.signal("offline");
  expect(kind(tab)).toBe("offline");
  await world.pass(2_000);
  expect(kind(tab)).toBe("live");
});

test("the server's clock is known soon, however wrong this browser's is", async () => {
  const { world, browser } = setting();
  browser.skew = -5 * 3_600_000;
  const tab = await browser.open();
  await world.pass(1_000);
  expect(Math.abs(tab.client.serverNow() - world.now)).toBeLessThanOrEqual(2);
});

test("a clock that is set by hours disturbs no line", async () => {
  const { world, browser, tab } = await liveSetting();
  browser.skew = 7 * 3_600_000;
  await world.pass(60_000);
  browser.skew = -7 * 3_600_000;
  await world.pass(60_000);
  expect(tab.sockets).toHaveLength(1);
  expect(Math.abs(tab.client.serverNow() - world.now)).toBeLessThanOrEqual(2);
});
