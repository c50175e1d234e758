/** What a list is told by whoever shows it, and what it keeps in mind itself. */

import type { ComponentChild, ComponentChildren } from "preact";
import type { RowOrder } from "./row_order.ts";
import type { Span } from "./virtual_window.ts";

/** Another function `indexOf` means: the list has changed. */
export interface ListProps extends RowOrder {
  /** A length of CSS, in rem so that it grows with the text. */
  rowHeight: string;
  /** What stands in a row. `isActive`: this row's controls are those that the Tab key reaches. */
  renderRow: (index: number, isActive: boolean) => ComponentChild;
  /** The name of the list. */
  label: string;
  /** The id of what names a row. */
  rowLabelId?: (key: string) => string;
  /** Is told the first and the last row that are drawn. */
  onRangeChange?: (first: number, last: number) => void;
  /** Comes first; what it prevents is not done by the list. */
  onRowKey?: (event: KeyboardEvent, key: string) => void;
  /** Stands below the last row, and scrolls with it. */
  tail?: ComponentChildren;
  /** Stands in the list's coordinates, above the rows: a drop line. */
  children?: ComponentChildren;
}

export interface ListState {
  /** Of the rows that are drawn. */
  span: Span;
  activeKey: string | null;
  /** Rows that glide out of sight. */
  leaving: readonly string[];
}
