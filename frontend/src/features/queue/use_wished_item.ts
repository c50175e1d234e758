/** Brings the item into sight that another part of the page asks to see. */

import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { type Wish, wishedItem } from "../../store/queue_focus.ts";
import { view } from "../../store/room.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";
import { glow } from "./glows.ts";

let lastFulfilled = 0;

export function useWishedItem(list: RefObject<VirtualList | null>): void {
  useEffect(
    () =>
      effect(() => {
        const wished = wishedItem.value;
        if (!wished || wished.wish === lastFulfilled) return;
        lastFulfilled = wished.wish;
        // The queue may come into sight only with this very wish.
        requestAnimationFrame(() => bringIntoSight(list.current, wished));
      }),
    [],
  );
}

function bringIntoSight(list: VirtualList | null, { key, where }: Wish): void {
  list?.scrollTo(key, where);
  list?.focus(key, { scroll: false });
  const id = view.value.items.find((item) => item.key === key)?.id;
  if (id != null) glow(id);
}
