/** Brings the item into sight that another part of the page asks to see. */

import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { type Wish, wishedItem } from "../../store/queue_focus.ts";
import { view } from "../../store/room.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";
import { glow } from "./glows.ts";

let lastOver = 0;

export function useWishedItem(list: RefObject<VirtualList | null>): void {
  useEffect(
    () =>
      effect(() => {
        const wished = wishedItem.value;
        if (!wished || wished.wish === lastOver) return;
        // The item may come only with a later state.
        const { items } = view.value;
        if (!items.some(({ key }) => key === wished.key)) return;
        // The queue may come into sight only with this very wish.
        requestAnimationFrame(() => fulfil(list.current, wished));
      }),
    [],
  );
}

function fulfil(list: VirtualList | null, wished: Wish): void {
  const { key, where, wish } = wished;
  if (wish === lastOver) return;
  lastOver = wish;
  if (hasGoneOn(wished)) return;
  // What plays stands above the list.
  if (key === view.value.playingKey) document.getElementById("queue-now")?.focus();
  list?.scrollTo(key, where);
  list?.focus(key, { scroll: false });
  const id = view.value.items.find((item) => item.key === key)?.id;
  if (id != null) glow(id);
}

/** Whoever wished is somewhere else by now. */
function hasGoneOn({ from }: Wish): boolean {
  const { activeElement } = document;
  return activeElement !== document.body && activeElement !== from;
}
