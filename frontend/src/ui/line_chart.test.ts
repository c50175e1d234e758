import { describe, expect, it } from "vitest";
import { dotPath, linePath, type PlotArea } from "./line_chart.tsx";

const plane: PlotArea = { width: 30, height: 10, bottom: 0, top: 100 };

describe("a line", () => {
  it("has a gap where nothing is known, and never falls to nothing there", () => {
    expect(linePath([100, 100, null, 50, 50, null], { ...plane, width: 60 })).toBe("M5 0L15 0M35 5L45 5");
  });

  it("shows a single number between gaps as a dot, and only that", () => {
    for (const values of [[null, 50, null], [50]]) {
      expect(dotPath(values, plane)).toBe("M15 5h0");
      expect(linePath(values, plane)).toBe("");
    }
    expect(dotPath([50, 50, null], plane)).toBe("");
    expect(dotPath([100, null, 100], plane)).toBe("M5 0h0M25 0h0");
  });

  it("rises to the least number where that is the best", () => {
    expect(linePath([1, 3], { ...plane, width: 20, bottom: 3, top: 1 })).toBe("M5 0L15 10");
  });

  it("runs in the middle where nothing changes", () => {
    expect(linePath([7, 7], { ...plane, width: 20, bottom: 7, top: 7 })).toBe("M5 5L15 5");
  });
});
