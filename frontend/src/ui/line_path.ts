/** A row of numbers as the path of a line, with gaps where nothing is known. */

export interface Plane {
  width: number;
  height: number;
  /** What the lower edge stands for, and the upper one: the first may be the greater. */
  bottom: number;
  top: number;
}

/** A number between two unknown ones is a dot: a line of no length. */
export function linePath(values: readonly (number | null)[], plane: Plane): string {
  const parts: string[] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const place = `${round(xOf(index, values.length, plane))} ${round(yOf(value, plane))}`;
    const isBegun = index > 0 && values[index - 1] !== null;
    const goesOn = (values[index + 1] ?? null) !== null;
    parts.push(`${isBegun ? "L" : "M"}${place}${isBegun || goesOn ? "" : "h0"}`);
  });
  return parts.join("");
}

/** The middle of its column. */
export function xOf(index: number, count: number, { width }: Plane): number {
  return ((index + 0.5) / count) * width;
}

function yOf(value: number, { height, bottom, top }: Plane): number {
  return top === bottom ? height / 2 : height - ((value - bottom) / (top - bottom)) * height;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
