/** What keys do on an item: take it and move it, vote, open its menu, remove it. */

import type { RefObject } from "preact";
import { singleKeyShortcuts } from "../../store/preferences.ts";
import type { ShownItem } from "../../sync/index.ts";
import { useStableCallback } from "../../ui/hooks.ts";
import { hasModifier, isMenuKey } from "../../ui/keyboard.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";
import { remove, vote } from "./actions.ts";
import { type IndexOf, type KeyboardMove, useKeyboardMove } from "./keyboard_move.ts";

interface ItemKeysOptions {
  items: readonly ShownItem[];
  indexOf: IndexOf;
  mayMove: boolean;
  list: RefObject<VirtualList | null>;
  announce: (sentence: string) => void;
  openMenu: (key: string, beside: Element, control: null) => void;
}

interface ItemKeys {
  /** The item that the keyboard moves. */
  grab: KeyboardMove | null;
  onRowKey: (event: KeyboardEvent, key: string) => void;
  /** Takes the item, or puts it down. */
  onGrab: (key: string) => void;
}

const VOTE_KEYS: Readonly<Record<string, 1 | -1>> = { "+": 1, "-": -1, "−": -1 };

/** How keys end a grab. */
const END_KEYS: Readonly<Record<string, "putDown" | "putBack">> = {
  " ": "putDown",
  Enter: "putDown",
  Escape: "putBack",
};

export function useItemKeys(given: ItemKeysOptions): ItemKeys {
  const { items, indexOf, openMenu } = given;
  const grabbing = useKeyboardMove(given);
  const { grab, take, putDown, putBack, step } = grabbing;

  const onGrabbed = ({ key, repeat }: KeyboardEvent): boolean => {
    const end = END_KEYS[key];
    if (!end) return step(key);
    if (!repeat) grabbing[end]();
    return true;
  };

  /** Keys that mean something else on a button. */
  const actionOnRow = (event: KeyboardEvent, row: Element, { key }: ShownItem): (() => void) | null => {
    if (!row.matches("[data-key]")) return null;
    if (event.key === " ") return () => take(key);
    return event.key === "Enter" || isMenuKey(event) ? () => openMenu(key, row, null) : null;
  };

  const actionOn = (event: KeyboardEvent, item: ShownItem): (() => void) | null => {
    const direction = singleKeyShortcuts.value === "off" ? undefined : VOTE_KEYS[event.key];
    if (event.key === "Delete" || event.key === "Backspace") return () => remove(item);
    if (direction) return () => vote(item, direction);
    return actionOnRow(event, event.target as Element, item);
  };

  const onItem = (event: KeyboardEvent, item: ShownItem): boolean => {
    const action = actionOn(event, item);
    // A key that is held does it once: the next item has come under it meanwhile.
    if (!event.repeat) action?.();
    return action !== null;
  };

  const onRowKey = useStableCallback((event: KeyboardEvent, key: string) => {
    const item = items[indexOf(key)];
    if (hasModifier(event) || !item) return;
    if (grab && event.key === "Tab") return putBack();
    if (grab ? !onGrabbed(event) : !onItem(event, item)) return;
    event.preventDefault();
    // Neither the page's keys nor the drag's.
    event.stopPropagation();
  });

  const onGrab = useStableCallback((key: string) => (grab?.key === key ? putDown() : take(key)));
  return { grab, onRowKey, onGrab };
}
