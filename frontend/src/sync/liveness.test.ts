import { expect, test } from "vitest";
import type { Tab } from "./testing/browser.ts";
import { liveSimulation, simulated } from "./testing/fixtures.ts";

const kind = (tab: Tab) => tab.client.view.connection.kind;

/** Messages sent over the newest socket, without the first pings. */
const asked = (tab: Tab) => tab.socket.said.slice(3).map(({ type }) => type);

test("a quiet room is known to be alive by its heartbeats", async () => {
  const { simulation, tab } = await liveSimulation({ tracks: 1 });
  await simulation.pass(10 * 60_000);
  expect(tab.sockets).toHaveLength(1);
  expect(asked(tab)).toEqual([]);
});

test("a dead line is noticed and replaced", async () => {
  const { simulation, tab } = await liveSimulation();
  tab.socket.die();
  await simulation.pass(29_000);
  expect(kind(tab)).toBe("live");
  await simulation.pass(10_000);
  expect(tab.sockets).toHaveLength(2);
  expect(kind(tab)).toBe("live");
});

test("an idle server is pinged, and stays connected", async () => {
  const { simulation, browser, tab } = await liveSimulation();
  browser.network.move = (pair) => {
    const message = pair.toClient.at(-1);
    if (message && "type" in message && message.type === "heartbeat") pair.toClient.pop();
    else simulation.schedule(10, () => pair.deliver(1));
  };
  await simulation.pass(5 * 60_000);
  expect(tab.sockets).toHaveLength(1);
  expect(asked(tab)).toContain("ping");
});

test("coming back to the page asks a line at once whether it is alive", async () => {
  const { simulation, browser, tab } = await liveSimulation();
  tab.socket.die();
  browser.signal("visible");
  await simulation.pass(6_500);
  expect(tab.sockets).toHaveLength(2);
});

test("waking from sleep asks a line at once whether it is alive", async () => {
  const { simulation, tab } = await liveSimulation();
  tab.freeze();
  tab.socket.die();
  await simulation.pass(20_000);
  tab.thaw({ isSeen: false });
  await simulation.pass(6_500);
  expect(tab.sockets).toHaveLength(2);
});

test("waking from sleep doesn't wait for the next try", async () => {
  const { simulation, browser, tab } = await liveSimulation();
  browser.network.goDown();
  await simulation.pass(5 * 60_000);
  browser.network.isDown = false;
  const before = tab.sockets.length;
  browser.signal("visible");
  await simulation.pass(100);
  expect(tab.sockets).toHaveLength(before + 1);
  expect(kind(tab)).toBe("live");
});

test("when the network comes back it doesn't wait for the next try", async () => {
  const { simulation, browser, tab } = await liveSimulation();
  browser.network.goDown();
  browser.signal("offline");
  expect(kind(tab)).toBe("offline");
  await simulation.pass(5 * 60_000);
  expect(kind(tab)).toBe("offline");
  browser.network.isDown = false;
  browser.signal("online");
  await simulation.pass(100);
  expect(kind(tab)).toBe("live");
});

test("a browser that wrongly thinks it is offline is let in", async () => {
  const { simulation, browser } = simulated({ tracks: 1 });
  browser.isOnline = false;
  const tab = await browser.open();
  expect(kind(tab)).toBe("offline");
  await simulation.pass(1_000);
  expect(kind(tab)).toBe("live");
  browser.signal("offline");
  expect(kind(tab)).toBe("offline");
  await simulation.pass(2_000);
  expect(kind(tab)).toBe("live");
});

test("the server's clock is known soon, however wrong this browser's is", async () => {
  const { simulation, browser } = simulated();
  browser.skew = -5 * 3_600_000;
  const tab = await browser.open();
  await simulation.pass(1_000);
  expect(Math.abs(tab.client.serverNow() - simulation.now)).toBeLessThanOrEqual(2);
});

test("a clock that is set by hours disturbs no line", async () => {
  const { simulation, browser, tab } = await liveSimulation();
  browser.skew = 7 * 3_600_000;
  await simulation.pass(60_000);
  browser.skew = -7 * 3_600_000;
  await simulation.pass(60_000);
  expect(tab.sockets).toHaveLength(1);
  expect(Math.abs(tab.client.serverNow() - simulation.now)).toBeLessThanOrEqual(2);
});
