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
  it("lifts a row by resting on it", () => {
    const gesture = begun(TOUCH);
    gesture.move({ x: 103, y: 95 });
    expect(gesture.rest()).toBe("lifted");
  });

  it("lifts also by resting on a button, which it presses only when it leaves", () => {
    expect(begun({ ...TOUCH, isOnControl: true }).rest()).toBe("lifted");
  });

  it("scrolls along the list, and then never lifts", () => {
    const gesture = begun(TOUCH);
    expect(gesture.move({ x: 104, y: 90 })).toBe("free");
    expect(gesture.rest()).toBe("free");
    expect(gesture.move({ x: 200, y: 90 })).toBe("free");
  });

  it("pushes a row across the list, and then never lifts", () => {
    const gesture = begun(TOUCH);
    expect(gesture.move({ x: 85, y: 97 })).toBe("pushing");
    expect(gesture.rest()).toBe("pushing");
  });

  it("lifts at once by the handle", () => {
    expect(begun({ ...TOUCH, isOnHandle: true }).phase).toBe("lifted");
  });

  it("pushes but does not lift where rows are not moved by hand", () => {
    const gesture = begun({ ...TOUCH, mayLift: false });
    expect(gesture.waitsForLongPress).toBe(false);
    expect(gesture.rest()).toBe("waiting");
    expect(gesture.move({ x: 130, y: 100 })).toBe("pushing");
  });
});

describe.each(["mouse", "pen"] as const)("a %s", (kind) => {
  const press: Press = { ...MOUSE, kind };

  it("lifts a row after a few pixels", () => {
    const gesture = begun(press);
    expect(gesture.move({ x: 102, y: 102 })).toBe("waiting");
    expect(gesture.move({ x: 102, y: 106 })).toBe("lifted");
  });

  it("does not lift by resting", () => {
    expect(begun(press).rest()).toBe("waiting");
  });

  it("presses buttons", () => {
    const gesture = begun({ ...press, isOnControl: true });
    expect(gesture.phase).toBe("free");
    expect(gesture.move({ x: 150, y: 150 })).toBe("free");
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
