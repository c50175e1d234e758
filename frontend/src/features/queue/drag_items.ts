/** Moves an item by pointer, and opens its menu when it is swiped aside. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { showToast, truncate } from "../../store/toasts.ts";
import type { ShownItem } from "../../sync/index.ts";
import { endSwipe, followPointers, isSwipeFarEnough, showSwipe } from "../../ui/drag.ts";
import { DragReorder } from "../../ui/drag_reorder.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";
import { move } from "./actions.ts";

interface DragItemsProps {
  items: readonly ShownItem[];
  /** Their keys: the same array until the order is another. */
  order: readonly string[];
  mayMove: boolean;
  list: RefObject<VirtualList | null>;
  /** The drop line. */
  line: RefObject<HTMLElement | null>;
  openMenu: (key: string, beside: Element, control: null) => void;
}

export function DragItems({ items, order, mayMove, list, line, openMenu }: DragItemsProps): null {
  const latest = useRef({ items, mayMove });
  latest.current = { items, mayMove };
  const title = useRef("");
  const reorder = useMemo(
    () =>
      new DragReorder({
        list: () => list.current,
        line: () => line.current,
        onMove: move,
        onVanish: () => showToast(messages().queue.goneWhileMoved(truncate(title.current))),
      }),
    [],
  );
  useLayoutEffect(() => reorder.setKeys(order), [order]);
  useEffect(() => {
    if (!mayMove) reorder.cancel();
  }, [mayMove]);
  useEffect(() => {
    const scroller = list.current?.scroller;
    if (!scroller) return;
    return followPointers(scroller, {
      mayLift: () => latest.current.mayMove,
      lift: (key, point) => {
        title.current = latest.current.items.find((item) => item.key === key)?.track.title ?? "";
        reorder.lift(key, point);
      },
      carry: (point) => reorder.carry(point),
      drop: () => reorder.drop(),
      cancel: () => reorder.cancel(),
      swipe: showSwipe,
      endSwipe: (row, key, across) => {
        endSwipe(row);
        if (isSwipeFarEnough(across)) openMenu(key, row, null);
      },
    });
  }, []);
  return null;
}
