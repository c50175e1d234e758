/** Moves an item by pointer, and opens its menu when it is pushed aside. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { tell } from "../../store/toasts.ts";
import type { ShownItem } from "../../sync/index.ts";
import { followPointers } from "../../ui/drag.ts";
import { letSlideBack, pushAside, pushesFarEnough } from "../../ui/push.ts";
import { Reorder } from "../../ui/reorder.ts";
import { shortened } from "../../ui/shortened.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";
import { words } from "../../words/index.ts";
import { move } from "./doings.ts";

interface Given {
  items: readonly ShownItem[];
  /** Their keys: the same array until the order is another. */
  order: readonly string[];
  mayMove: boolean;
  list: RefObject<VirtualList | null>;
  /** The drop line. */
  line: RefObject<HTMLElement | null>;
  openMenu: (key: string, beside: Element, control: null) => void;
}

export function useDragging({ items, order, mayMove, list, line, openMenu }: Given): void {
  const latest = useRef({ items, mayMove });
  latest.current = { items, mayMove };
  const title = useRef("");
  const reorder = useMemo(
    () =>
      new Reorder({
        list: () => list.current,
        line: () => line.current,
        onMove: move,
        onVanish: () => tell(words().queue.goneWhileMoved(shortened(title.current))),
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
      push: pushAside,
      endPush: (row, key, across) => {
        letSlideBack(row);
        if (pushesFarEnough(across)) openMenu(key, row, null);
      },
    });
  }, []);
}
