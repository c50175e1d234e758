/** Moves an item by keyboard: taken, moved step by step with each step said, put down or put back. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tell } from "../../store/toasts.ts";
import type { ShownItem } from "../../sync/index.ts";
import { rowForKey } from "../../ui/row_keys.ts";
import { shortened } from "../../ui/shortened.ts";
import { useStable } from "../../ui/use_stable.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";
import { words } from "../../words/index.ts";
import { move } from "./doings.ts";
import { type Grab, grabAt, grabbed, type IndexOf, slotOf } from "./grab.ts";

interface Given {
  items: readonly ShownItem[];
  indexOf: IndexOf;
  mayMove: boolean;
  list: RefObject<VirtualList | null>;
  say: (sentence: string) => void;
}

export interface Grabbing {
  grab: Grab | null;
  take: (key: string) => void;
  putDown: () => void;
  putBack: () => void;
  /** Moves what is taken; false for a key that moves nothing. */
  step: (key: string) => boolean;
}

type Sentence = (title: string, place: string, count: number) => string;

// What PageUp and PageDown move by.
const PAGE = 10;

export function useGrab({ items, indexOf, mayMove, list, say }: Given): Grabbing {
  const [grab, setGrab] = useState<Grab | null>(null);
  const title = useRef("");

  const sayAt = (sentence: Sentence, slot: number) =>
    say(sentence(title.current, words().ordinal(slot + 1), items.length));

  const take = (key: string) => {
    if (!mayMove) {
      say(words().queue.orders.votes);
      return;
    }
    title.current = items[indexOf(key)]?.track.title ?? "";
    setGrab(grabbed(key, indexOf));
    list.current?.focus(key);
    sayAt(words().queue.taken, indexOf(key));
  };

  const putDown = () => {
    if (!grab) return;
    const slot = slotOf(grab, indexOf, items.length);
    if (grab.place && slot !== indexOf(grab.key)) move(grab.key, grab.place);
    setGrab(null);
    sayAt(words().queue.putDown, slot);
  };

  const putBack = useStable(() => {
    if (!grab) return;
    setGrab(null);
    sayAt(words().queue.putBack, indexOf(grab.key));
  });

  const step = (key: string) => {
    if (!grab) return false;
    const slot = rowForKey(key, slotOf(grab, indexOf, items.length), items.length, PAGE);
    if (slot === null) return false;
    const next = grabAt(
      grab,
      slot,
      items.map((item) => item.key),
    );
    setGrab(next);
    sayAt(words().queue.at, next.slot);
    return true;
  };

  useEffect(() => {
    if (grab && indexOf(grab.key) < 0) {
      setGrab(null);
      tell(words().queue.goneWhileMoved(shortened(title.current)));
    } else if (!mayMove) putBack();
  }, [grab, indexOf, mayMove, putBack]);
  useEffect(
    () => (grab ? whenElsewhere(list.current?.scroller ?? null, putBack) : undefined),
    [grab === null],
  );

  return { grab, take, putDown, putBack, step };
}

/** Calls once something else than the list is focused or pressed. */
function whenElsewhere(scroller: HTMLElement | null, run: () => void): () => void {
  const listening = new AbortController();
  const options = { signal: listening.signal, capture: true };
  const look = (event: Event) => {
    if (event.type === "pointerdown" || !scroller?.contains(event.target as Node)) run();
  };
  addEventListener("focusin", look, options);
  addEventListener("pointerdown", look, options);
  return () => listening.abort();
}
