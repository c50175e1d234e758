/** One row of a list, at its place among all of them. */

import type { ComponentChild } from "preact";
import type { ListProps } from "./list_props.ts";

/** `rowPixels` is the height that the browser has made of `rowHeight`. */
export function virtualRow(
  { count, keyAt, renderRow, rowHeight, rowLabelId }: ListProps,
  { index, isActive, rowPixels }: { index: number; isActive: boolean; rowPixels: number },
): ComponentChild {
  const key = keyAt(index);
  return (
    <li
      class="virtual-row"
      key={key}
      data-key={key}
      tabIndex={isActive ? 0 : -1}
      aria-setsize={count}
      aria-posinset={index + 1}
      aria-labelledby={rowLabelId?.(key)}
      style={{ height: rowHeight, transform: `translateY(${index * rowPixels}px)` }}
    >
      {renderRow(index, isActive)}
    </li>
  );
}
