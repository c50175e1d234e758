import { expect, test } from "vitest";
import { correctiveRate, gainFactor } from "./speaker_deck.ts";

test.each([
  [0, 1],
  [19, 1],
  [-19, 1],
  [50, 0.99],
  [-50, 1.01],
  [100, 0.98],
  [500, 0.98],
  [-500, 1.02],
  [501, null],
  [-501, null],
])("a deviation of %s ms is corrected by a rate of %s", (deviation, rate) => {
  expect(correctiveRate(deviation)).toBe(rate);
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
