import { describe, expect, it } from "vitest";
import { pathOf } from "./qr.tsx";

describe("the path of a code", () => {
  it("has one rectangle for each run of black", () => {
    expect(
      pathOf([
        [true, true, false, true],
        [false, false, false, false],
        [false, true, true, true],
      ]),
    ).toBe("M0 0h2v1h-2zM3 0h1v1h-1zM1 2h3v1h-3z");
  });

  it("covers exactly the black modules", () => {
    const rows = Array.from({ length: 9 }, (_, y) =>
      Array.from({ length: 9 }, (_, x) => (x * 7 + y * 5) % 3 === 0),
    );
    const drawn = rows.map((row) => row.map(() => false));
    for (const [, x, y, length] of pathOf(rows).matchAll(/M(\d+) (\d+)h(\d+)/g)) {
      for (let step = 0; step < Number(length); step += 1) {
        const row = drawn[Number(y)];
        if (row) row[Number(x) + step] = true;
      }
    }
    expect(drawn).toEqual(rows);
  });
});
