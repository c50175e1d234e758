import { describe, expect, it } from "vitest";
import { Gesture, type Press } from "./gesture.ts";

const TOUCH: Press = { x: 100, y: 100, kind: "touch", isOnHandle: false, isOnControl: false, mayLift: true };
const MOUSE: Press = { ...TOUCH, kind: "mouse" };

function begun(press: Press): Gesture {
  const gesture = new Gesture();
  gesture.down(press);
  return gesture;
}

describe("a finger", () => {
  it("swipes but does not lift where rows are not moved by hand", () => {
    const gesture = begun({ ...TOUCH, mayLift: false });
    expect(gesture.waitsForLongPress).toBe(false);
    expect(gesture.rest()).toBe("waiting");
    expect(gesture.move({ x: 130, y: 100 })).toBe("swiping");
  });
});

describe.each(["mouse", "pen"] as const)("a %s", (kind) => {
  const press: Press = { ...MOUSE, kind };

  it("does not lift by resting", () => {
    expect(begun(press).rest()).toBe("waiting");
  });

  it("lifts at once by the handle, unless rows are not moved by hand", () => {
    expect(begun({ ...press, isOnHandle: true }).phase).toBe("lifted");
    expect(begun({ ...press, isOnHandle: true, mayLift: false }).move({ x: 150, y: 150 })).not.toBe("lifted");
  });
});

it("is over when it ends", () => {
  const gesture = begun({ ...TOUCH, isOnHandle: true });
  gesture.end();
  expect(gesture.phase).toBe("free");
  expect(gesture.press).toBeNull();
});
