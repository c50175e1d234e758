import { expect, test } from "vitest";
import { correctiveRate, gainFactor, needsCorrection } from "./speaker_deck.ts";

test.each([
  [0, 1],
  [10, 0.99],
  [-10, 1.01],
  [20, 0.98],
  [100, 0.98],
  [500, 0.98],
  [-500, 1.02],
  [501, null],
  [-501, null],
])("a deviation of %s ms is corrected by a rate of %s", (deviation, rate) => {
  expect(correctiveRate(deviation)).toBe(rate);
});

test.each([
  [20, false, false],
  [-20, false, false],
  [21, false, true],
  [-21, false, true],
  [4, true, true],
  [-4, true, true],
  [3, true, false],
])("a deviation of %s ms, corrected before: %s, is corrected: %s", (deviation, isCorrecting, expected) => {
  expect(needsCorrection(deviation, isCorrecting)).toBe(expected);
});

test.each([
  [null, 1],
  [0, 1],
  [-20, 0.1],
  [6, 10 ** 0.3],
  // Louder is not allowed.
  [12, 10 ** 0.3],
])("a gain of %s dB is a factor of %s", (gain, factor) => {
  expect(gainFactor(gain)).toBeCloseTo(factor, 10);
});
