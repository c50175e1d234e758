/** What keys do on an item: take it and move it, vote, open its menu, remove it. */

import type { RefObject } from "preact";
import { singleKeys } from "../../store/help.ts";
import type { ShownItem } from "../../sync/index.ts";
import { isChord } from "../../ui/row_keys.ts";
import { useStable } from "../../ui/use_stable.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";
import { remove, vote } from "./doings.ts";
import type { Grab, IndexOf } from "./grab.ts";
import { useGrab } from "./use_grab.ts";

interface Given {
  items: readonly ShownItem[];
  indexOf: IndexOf;
  mayMove: boolean;
  list: RefObject<VirtualList | null>;
  say: (sentence: string) => void;
  openMenu: (key: string, beside: Element, control: null) => void;
}

interface Keys {
  /** The item that the keyboard moves. */
  grab: Grab | null;
  onRowKey: (event: KeyboardEvent, key: string) => void;
  /** Takes the item, or puts it down. */
  onGrab: (key: string) => void;
}

const VOTES: Readonly<Record<string, 1 | -1>> = { "+": 1, "-": -1, "−": -1 };

/** How keys end a grab. */
const ENDS: Readonly<Record<string, "putDown" | "putBack">> = {
  " ": "putDown",
  Enter: "putDown",
  Escape: "putBack",
};

export function useKeys(given: Given): Keys {
  const { items, indexOf, openMenu } = given;
  const grabbing = useGrab(given);
  const { grab, take, putDown, putBack, step } = grabbing;

  const onGrabbed = ({ key, repeat }: KeyboardEvent): boolean => {
    const end = ENDS[key];
    if (!end) return step(key);
    if (!repeat) grabbing[end]();
    return true;
  };

  /** Keys that mean something else on a button. */
  const deedOnRow = (event: KeyboardEvent, row: Element, { key }: ShownItem): (() => void) | null => {
    if (!row.matches("[data-key]")) return null;
    if (event.key === " ") return () => take(key);
    return event.key === "Enter" || opensMenu(event) ? () => openMenu(key, row, null) : null;
  };

  const deedOn = (event: KeyboardEvent, item: ShownItem): (() => void) | null => {
    const direction = singleKeys.value === "off" ? undefined : VOTES[event.key];
    if (event.key === "Delete" || event.key === "Backspace") return () => remove(item);
    if (direction) return () => vote(item, direction);
    return deedOnRow(event, event.target as Element, item);
  };

  const onItem = (event: KeyboardEvent, item: ShownItem): boolean => {
    const deed = deedOn(event, item);
    // A key that is held does it once: the next item has come under it meanwhile.
    if (!event.repeat) deed?.();
    return deed !== null;
  };

  const onRowKey = useStable((event: KeyboardEvent, key: string) => {
    const item = items[indexOf(key)];
    if (isChord(event) || !item) return;
    if (grab && event.key === "Tab") return putBack();
    if (grab ? !onGrabbed(event) : !onItem(event, item)) return;
    event.preventDefault();
    // Neither the page's keys nor the drag's.
    event.stopPropagation();
  });

  const onGrab = useStable((key: string) => (grab?.key === key ? putDown() : take(key)));
  return { grab, onRowKey, onGrab };
}

function opensMenu(event: KeyboardEvent): boolean {
  return event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
}
