/** Moves an item by keyboard: picked up, moved step by step with each step announced, dropped or put back. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { showToast, truncate } from "../../store/toasts.ts";
import type { ShownItem } from "../../sync/index.ts";
import {
  type DropPosition,
  indexAmongOthers,
  positionAtSlot,
  slotOfPosition,
} from "../../ui/drop_position.ts";
import { useStableCallback } from "../../ui/hooks.ts";
import { rowForKey } from "../../ui/keyboard.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";
import { clamp } from "../../ui/virtual_window.ts";
import { move } from "./actions.ts";

export interface KeyboardMove {
  key: string;
  /** Null: at its own place. */
  place: DropPosition | null;
  /** Among the other rows; counts when the neighbour has gone. */
  slot: number;
}

export type IndexOf = (key: string) => number;

export function pickedUp(key: string, indexOf: IndexOf): KeyboardMove {
  return { key, place: null, slot: indexOf(key) };
}

/** The slot of the row among the others, of `count` rows in all. */
export function slotOfMove(grab: KeyboardMove, indexOf: IndexOf, count: number): number {
  const own = indexOf(grab.key);
  if (!grab.place) return own;
  const slot = slotOfPosition(grab.place, (key) => indexAmongOthers(indexOf(key), own));
  return slot >= 0 ? slot : clamp(grab.slot, 0, count - 1);
}

/** The grab at another slot. `keys` are those of all rows, in order. */
export function movedTo(grab: KeyboardMove, slot: number, keys: readonly string[]): KeyboardMove {
  const own = keys.indexOf(grab.key);
  const rest = keys.filter((key) => key !== grab.key);
  const within = clamp(slot, 0, rest.length);
  return { ...grab, place: within === own ? null : positionAtSlot(within, rest), slot: within };
}

interface KeyboardMoveOptions {
  items: readonly ShownItem[];
  indexOf: IndexOf;
  mayMove: boolean;
  list: RefObject<VirtualList | null>;
  announce: (sentence: string) => void;
}

export interface KeyboardMoveControls {
  grab: KeyboardMove | null;
  take: (key: string) => void;
  putDown: () => void;
  putBack: () => void;
  /** Moves what is taken; false for a key that moves nothing. */
  step: (key: string) => boolean;
}

type Sentence = (title: string, place: string, count: number) => string;

// What PageUp and PageDown move by.
const PAGE_ROWS = 10;

export function useKeyboardMove({
  items,
  indexOf,
  mayMove,
  list,
  announce,
}: KeyboardMoveOptions): KeyboardMoveControls {
  const [grab, setGrab] = useState<KeyboardMove | null>(null);
  const title = useRef("");

  const announceAt = (sentence: Sentence, slot: number) =>
    announce(sentence(title.current, messages().ordinal(slot + 1), items.length));

  const take = (key: string) => {
    if (!mayMove) {
      announce(messages().queue.orders.votes);
      return;
    }
    title.current = items[indexOf(key)]?.track.title ?? "";
    setGrab(pickedUp(key, indexOf));
    list.current?.focus(key);
    announceAt(messages().queue.taken, indexOf(key));
  };

  const putDown = () => {
    if (!grab) return;
    const slot = slotOfMove(grab, indexOf, items.length);
    if (grab.place && slot !== indexOf(grab.key)) move(grab.key, grab.place);
    setGrab(null);
    announceAt(messages().queue.putDown, slot);
  };

  const putBack = useStableCallback(() => {
    if (!grab) return;
    setGrab(null);
    announceAt(messages().queue.putBack, indexOf(grab.key));
  });

  const step = (key: string) => {
    if (!grab) return false;
    const slot = rowForKey(key, slotOfMove(grab, indexOf, items.length), items.length, PAGE_ROWS);
    if (slot === null) return false;
    const next = movedTo(
      grab,
      slot,
      items.map((item) => item.key),
    );
    setGrab(next);
    announceAt(messages().queue.at, next.slot);
    return true;
  };

  useEffect(() => {
    if (grab && indexOf(grab.key) < 0) {
      setGrab(null);
      showToast(messages().queue.goneWhileMoved(truncate(title.current)));
    } else if (!mayMove) putBack();
  }, [grab, indexOf, mayMove, putBack]);
  useEffect(() => (grab ? onLeave(list.current?.scroller ?? null, putBack) : undefined), [grab === null]);

  return { grab, take, putDown, putBack, step };
}

/** Calls once something else than the list is focused or pressed. */
function onLeave(scroller: HTMLElement | null, run: () => void): () => void {
  const listening = new AbortController();
  const options = { signal: listening.signal, capture: true };
  const look = (event: Event) => {
    if (event.type === "pointerdown" || !scroller?.contains(event.target as Node)) run();
  };
  addEventListener("focusin", look, options);
  addEventListener("pointerdown", look, options);
  return () => listening.abort();
}
