/** Announces changes of other users in batches, and reports the user's rejected actions. */

import { useEffect, useState } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { onNotice, refreshRoom } from "../../store/room.ts";
import { countAddition, recentAdditions, showToast } from "../../store/toasts.ts";
import type { Notice, StreamEvent } from "../../sync/index.ts";
import { activitySummary, additionsText, rejectionMessage } from "./notice_messages.ts";

/** Long enough for what belongs together, short enough to be news. */
const BATCH_MILLISECONDS = 1500;

export function Announcer() {
  const [{ sentence, count }, setAnnouncement] = useState({ sentence: "", count: 0 });
  useEffect(
    () => listen((next) => setAnnouncement((last) => ({ sentence: next, count: last.count + 1 }))),
    [],
  );
  return (
    <p class="spoken" role="status" aria-live="polite" data-testid="announcer">
      {/* Another element each time: the same words once more would else be no change, and not be spoken. */}
      <span key={count}>{sentence}</span>
    </p>
  );
}

/** Recent additions of others, visually: the announcer covers screen readers. */
export function RecentAdditions() {
  const counts = recentAdditions.value;
  if (!counts.size) return null;
  return (
    <p class="note small" aria-hidden="true" dir="auto">
      {additionsText(counts, messages())}
    </p>
  );
}

function listen(announce: (sentence: string) => void): () => void {
  let batch: StreamEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    timer = null;
    announce(activitySummary(batch, messages()));
    batch = [];
  };
  const unsubscribe = onNotice((notice: Notice) => {
    if (notice.kind === "rejected") showToast(rejectionMessage(notice.rejection, messages()));
    if (notice.kind === "snapshot") void refreshRoom();
    if (notice.kind === "resynced") announce(messages().status.resynced);
    if (notice.kind !== "event" || notice.isOwn) return;
    if (notice.event.type === "track.added") countAddition(notice.event.payload.added_by);
    batch.push(notice.event);
    timer ??= setTimeout(flush, BATCH_MILLISECONDS);
  });
  return () => {
    if (timer) clearTimeout(timer);
    unsubscribe();
  };
}
