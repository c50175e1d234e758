import { beforeEach, expect, test } from "vitest";
import { ServerClock } from "./clock.ts";
import type { Environment } from "./environment.ts";
import { NOON } from "./testing/simulation.ts";

/** True time, this browser's clock, and the one that can't be set, in milliseconds. */
let time: number;
let skew: number;
let asleep: number;
let clock: ServerClock;

beforeEach(() => {
  [time, skew, asleep] = [NOON, 0, 0];
  const environment = { now: () => time + skew, uptime: () => time - NOON - asleep } as Environment;
  clock = new ServerClock(environment);
});

/** A ping that takes so long to go and to come back. */
function exchange(going: number, coming: number): void {
  const stamp = clock.stamp();
  time += going;
  const answer = new Date(time).toISOString();
  time += coming;
  clock.pong(stamp, answer);
}

const error = () => Math.abs(clock.now() - time);

test("before anything is known this browser's clock counts", () => {
  skew = 5_000;
  expect(clock.isKnown).toBe(false);
  expect(clock.now()).toBe(time + 5_000 - 0);
});

test("the pong with the shortest round trip is used", () => {
  exchange(10, 10);
  exchange(10, 900);
  exchange(700, 10);
  expect(error()).toBeLessThanOrEqual(1);
});

test("a quick pong of long ago doesn't count for ever", () => {
  exchange(1, 1);
  skew += 400;
  for (let count = 0; count < 8; count += 1) exchange(50, 50);
  expect(error()).toBeLessThanOrEqual(1);
});

test("sleep, in which the other clock stops, changes nothing", () => {
  exchange(10, 10);
  time += 3_600_000;
  asleep += 3_600_000;
  expect(error()).toBeLessThanOrEqual(1);
});

test("it is sure from the first pong until this browser's clock is set", () => {
  clock.restore(0);
  expect(clock.sureOffset).toBeNull();
  exchange(10, 10);
  expect(clock.sureOffset).toBe(0);
  skew = 3_600_000;
  expect(clock.sureOffset).toBeNull();
  exchange(10, 10);
  expect(clock.sureOffset).toBe(-3_600_000);
  skew = 0;
  expect(clock.sureOffset).toBeNull();
});

test("a pong without a stamp or a time is ignored", () => {
  clock.pong("noon", new Date(time).toISOString());
  clock.pong(clock.stamp(), "noon");
  expect(clock.isKnown).toBe(false);
});
