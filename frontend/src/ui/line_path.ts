/** A row of numbers as paths of a drawing, with gaps where nothing is known. */

export interface Plane {
  width: number;
  height: number;
  /** What the lower edge stands for, and the upper one: the first may be the greater. */
  bottom: number;
  top: number;
}

type Values = readonly (number | null)[];

/** Lines between numbers that stand beside each other. */
export function linePath(values: Values, plane: Plane): string {
  return values
    .map((value, index) => {
      if (value === null || isAlone(values, index)) return "";
      const isBegun = (values[index - 1] ?? null) !== null;
      return `${isBegun ? "L" : "M"}${placeOf(value, index, values, plane)}`;
    })
    .join("");
}

/** Numbers between unknown ones, which no line goes to: each a line of no length, to be drawn with round ends. */
export function dotPath(values: Values, plane: Plane): string {
  return values
    .map((value, index) =>
      value !== null && isAlone(values, index) ? `M${placeOf(value, index, values, plane)}h0` : "",
    )
    .join("");
}

/** The middle of its column. */
export function xOf(index: number, count: number, { width }: Plane): number {
  return round(((index + 0.5) / count) * width);
}

function isAlone(values: Values, index: number): boolean {
  return (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
}

function placeOf(value: number, index: number, values: Values, plane: Plane): string {
  return `${xOf(index, values.length, plane)} ${round(yOf(value, plane))}`;
}

function yOf(value: number, { height, bottom, top }: Plane): number {
  return top === bottom ? height / 2 : height - ((value - bottom) / (top - bottom)) * height;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
