/** Items that are highlighted for a moment: changed by others, or revealed for another part of the web app. */

import { computed, effect, signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { onNotice, view } from "../../store/room.ts";
import { type RevealRequest, revealRequest } from "../../store/router.ts";
import type { Notice } from "../../sync/index.ts";
import type { VirtualList } from "../../ui/virtual_list.tsx";

export type Highlight = "added" | "changed";

const HIGHLIGHT_MILLISECONDS = 1200;

const highlights = signal<ReadonlyMap<number, Highlight>>(new Map());

/** Highlights items that others change, while the list is shown. */
export function useHighlights(): void {
  useEffect(() => onNotice(highlightForNotice), []);
}

/** The highlight of one item; a component that reads it does not render again for other items. */
export function useHighlight(id: number | null): Highlight | undefined {
  return useMemo(() => computed(() => (id === null ? undefined : highlights.value.get(id))), [id]).value;
}

/** Highlights the item, as one that is revealed. */
export function highlight(id: number, kind: Highlight = "changed"): void {
  const next = new Map(highlights.value).set(id, kind);
  highlights.value = next;
  setTimeout(() => endHighlight(id, kind), HIGHLIGHT_MILLISECONDS);
}

function highlightForNotice(notice: Notice): void {
  if (notice.kind !== "event" || notice.isOwn) return;
  const { type, payload } = notice.event;
  if (type === "track.added") highlight(payload.id, "added");
  else if (type === "track.moved" || type === "track.voted" || type === "track.playing") {
    // A just added item keeps its own highlight.
    if (payload.id !== null && !highlights.value.has(payload.id)) highlight(payload.id);
  }
}

function endHighlight(id: number, kind: Highlight): void {
  if (highlights.value.get(id) !== kind) return;
  const next = new Map(highlights.value);
  next.delete(id);
  highlights.value = next;
}

let lastHandled = 0;

export function useRevealedItem(list: RefObject<VirtualList | null>): void {
  useEffect(
    () =>
      effect(() => {
        const request = revealRequest.value;
        if (!request || request.number === lastHandled) return;
        // The item may come only with a later state.
        const item = view.value.items.find(({ key }) => key === request.key);
        if (!item) return;
        // The queue may come into sight only with this very number.
        requestAnimationFrame(() => revealItem(list.current, request));
      }),
    [],
  );
}

function revealItem(list: VirtualList | null, request: RevealRequest): void {
  const { key, where, number } = request;
  if (number === lastHandled) return;
  lastHandled = number;
  if (hasFocusMoved(request)) return;
  // The playing item is above the list.
  if (key === view.value.playingKey) document.getElementById("queue-now")?.focus();
  list?.scrollTo(key, where);
  list?.focus(key, { scroll: false });
  const id = view.value.items.find((item) => item.key === key)?.id;
  if (id != null) highlight(id);
}

/** Focus has moved elsewhere since the number; from a dialog that has closed, focus has only gone back. */
function hasFocusMoved({ from }: RevealRequest): boolean {
  const { activeElement } = document;
  return activeElement !== document.body && activeElement !== from && from?.isConnected !== false;
}
