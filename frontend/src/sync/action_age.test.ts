import { describe, expect, test } from "vitest";
import { type ClockReading, dated, isTooOld, type LocalTime } from "./action_age.ts";
import { NOON } from "./testing/simulation.ts";

const HOUR = 3_600_000;
const MORNING: LocalTime = { owner: "ada", now: NOON, uptime: 1_000 };

/** Made at noon by both clocks, while the server's was not known. */
const made = { madeAt: NOON, birth: MORNING };

/** Later, by so much of each clock. */
function later(byClock: number, byUptime: number, more: Partial<ClockReading> = {}): ClockReading {
  return { owner: "ada", now: NOON + byClock, uptime: 1_000 + byUptime, serverOffset: null, ...more };
}

const isOldAt = (reading: ClockReading) => isTooOld(dated(made, reading), reading);

describe("made while it was not", () => {
  test("it is young if both clocks of its tab agree", () => {
    expect(isOldAt(later(HOUR, HOUR))).toBe(false);
    expect(isOldAt(later(HOUR, HOUR, { owner: "another tab" }))).toBeNull();
    expect(isOldAt(later(21 * HOUR, 21 * HOUR))).toBeNull();
  });

  test("its age is unknown while they differ", () => {
    expect(isOldAt(later(21 * HOUR, HOUR))).toBeNull();
    expect(isOldAt(later(-21 * HOUR, HOUR))).toBeNull();
  });

  test("it gets its time by the server's clock, whatever this browser's clock was", () => {
    const reading = later(HOUR, HOUR, { serverOffset: 700 * HOUR });
    expect(dated(made, reading)).toEqual({ madeAt: NOON + 700 * HOUR, birth: null });
    expect(isOldAt(reading)).toBe(false);
  });

  test("a clock that was put back since makes it no younger", () => {
    expect(isOldAt(later(-40 * HOUR, HOUR, { serverOffset: 41 * HOUR }))).toBe(false);
    expect(isOldAt(later(-20 * HOUR, 21 * HOUR, { serverOffset: 41 * HOUR }))).toBe(true);
  });

  test("where it was sleep or a clock put forward, it is taken for sleep", () => {
    expect(isOldAt(later(21 * HOUR, HOUR, { serverOffset: 0 }))).toBe(true);
  });

  test("of another tab only the clock on the wall counts", () => {
    expect(isOldAt(later(HOUR, 30 * HOUR, { owner: "bo", serverOffset: 0 }))).toBe(false);
    expect(isOldAt(later(21 * HOUR, 0, { owner: "bo", serverOffset: 0 }))).toBe(true);
  });
});
