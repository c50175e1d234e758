/** The queue: how much is in it, and what, in order. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { playing, room, view } from "../../store/room.ts";
import { secondsToCome, toCome } from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { Icon } from "../../ui/icon.tsx";
import { columns } from "../../ui/screen.ts";
import { unheld } from "../../ui/unheld.ts";
import { words } from "../../words/index.ts";
import { findTrack } from "./doings.ts";
import { EmptyQueue } from "./empty_queue.tsx";
import { Played } from "./played_later.tsx";
import { PlayingRow } from "./playing_row.tsx";
import { QueueList } from "./queue_list.tsx";
import { QueueSkeleton } from "./queue_skeleton.tsx";
import "./queue.css";

export const Queue = unheld(function Queue() {
  const { isKnown, connection, room: slug } = view.value;
  const items = toCome.value;
  const now = playing.value;
  const order = room.value?.order;
  const isByVotes = order === "votes";
  const place = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // Looked up before anything of this drawing is in the page.
  const hadFocus = place.current?.contains(document.activeElement);
  const hasList = isKnown && items.length > 0;
  useLayoutEffect(() => {
    // The list has come or gone, and with it what had focus.
    if (hadFocus && document.activeElement === document.body) heading.current?.focus();
  }, [hasList]);
  return (
    <div class="queue" data-order={order} ref={place}>
      <header class="queue-head">
        <div class="queue-about">
          <h2 ref={heading} tabIndex={-1}>
            {words().app.queue}
            {hasList && (
              <span class="queue-sum dim">
                <span class="queue-dot"> · </span>
                {summaryOf(items)}
              </span>
            )}
          </h2>
        </div>
        {hasList && columns.value === 1 && (
          <button type="button" class="button queue-find" onClick={findTrack}>
            <Icon name="add" size={18} />
            {words().queue.add}
          </button>
        )}
        {hasList && <p class="dim small queue-order">{order && words().queue.orders[order]}</p>}
      </header>
      {!isKnown && connection.kind !== "ended" && <QueueSkeleton />}
      {isKnown && (
        <div class="queue-list">
          {now && <PlayingRow item={now} key={now.key} />}
          {hasList ? (
            <QueueList key={slug} items={items} mayMove={!isByVotes} />
          ) : (
            <div class="queue-empty">
              <EmptyQueue />
              <Played />
            </div>
          )}
        </div>
      )}
    </div>
  );
});

function summaryOf(items: readonly ShownItem[]): string {
  const { queue, span } = words();
  const seconds = secondsToCome.value;
  const isLeast = items.some((item) => item.track.duration_seconds === null);
  return queue.summary(items.length, seconds ? span(seconds) : null, isLeast);
}
