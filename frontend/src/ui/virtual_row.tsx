/** The properties of a virtual list, and one of its rows. */

import type { ComponentChild, ComponentChildren } from "preact";
import type { RowOrder, Span } from "./virtual_window.ts";

/** Another function `indexOf` means: the list has changed. */
export interface ListProps extends RowOrder {
  /** A length of CSS, in rem so that it grows with the text. */
  rowHeight: string;
  /** The content of a row. `isActive`: this row's controls are those that the Tab key reaches. */
  renderRow: (index: number, isActive: boolean) => ComponentChild;
  /** The name of the list. */
  label: string;
  /** The id of what names a row. */
  rowLabelId?: (key: string) => string;
  /** Receives the first and the last rendered row. */
  onRangeChange?: (first: number, last: number) => void;
  /** Comes first; what it prevents is not done by the list. */
  onRowKey?: (event: KeyboardEvent, key: string) => void;
  /** A row is pressed beside its controls. */
  onRowPress?: (key: string, row: HTMLElement) => void;
  /** Shown below the last row, scrolls with it. */
  tail?: ComponentChildren;
  /** Positioned in the list's coordinates, above the rows: a drop line. */
  children?: ComponentChildren;
}

export interface ListState {
  /** Of the rows that are drawn. */
  span: Span;
  activeKey: string | null;
  /** Rows that glide out of sight. */
  leaving: readonly string[];
}

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
