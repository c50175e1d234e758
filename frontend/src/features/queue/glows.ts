/** Which items somebody else has just touched: they glow for a moment. */

import { computed, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { onNotice } from "../../store/room.ts";
import type { Notice } from "../../sync/index.ts";

export type Glow = "added" | "changed";

const GLOW_MILLISECONDS = 1200;

const glows = signal<ReadonlyMap<number, Glow>>(new Map());

/** Lets items glow as others touch them, as long as somebody draws the list. */
export function useGlows(): void {
  useEffect(() => onNotice(glowForNotice), []);
}

/** The glow of one item. Whoever reads it is drawn anew when it is another, and not for every other item's. */
export function useGlow(id: number | null): Glow | undefined {
  return useMemo(() => computed(() => (id === null ? undefined : glows.value.get(id))), [id]).value;
}

/** Lets the item glow, as one that is looked for. */
export function glow(id: number, kind: Glow = "changed"): void {
  const next = new Map(glows.value).set(id, kind);
  glows.value = next;
  setTimeout(() => fade(id, kind), GLOW_MILLISECONDS);
}

function glowForNotice(notice: Notice): void {
  if (notice.kind !== "event" || notice.isOwn) return;
  const { type, payload } = notice.event;
  if (type === "track.added") glow(payload.id, "added");
  else if (type === "track.moved" || type === "track.voted" || type === "track.playing") {
    // What has been added with it keeps its name lit.
    if (payload.id !== null && !glows.value.has(payload.id)) glow(payload.id);
  }
}

function fade(id: number, kind: Glow): void {
  if (glows.value.get(id) !== kind) return;
  const next = new Map(glows.value);
  next.delete(id);
  glows.value = next;
}
