/** The queue: its summary, the playing item, and the items in order. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { isPaused } from "../../store/player.ts";
import { playing, room, view } from "../../store/room.ts";
import { upcoming, upcomingSeconds } from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { releaseVnodes } from "../../ui/hooks.ts";
import { Icon, IconButton } from "../../ui/icon.tsx";
import { columns } from "../../ui/screen.ts";
import { findTrack } from "./actions.ts";
import { EmptyQueue } from "./empty_queue.tsx";
import { ItemMenu, PlayedItems } from "./lazy_components.tsx";
import { QueueList } from "./queue_list.tsx";
import { ItemLabel } from "./queue_row.tsx";
import "./queue.css";

export const Queue = releaseVnodes(function Queue() {
  const { isKnown, connection, room: slug } = view.value;
  const items = upcoming.value;
  const now = playing.value;
  const order = room.value?.order;
  const isByVotes = order === "votes";
  const place = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // Before the elements of this rendering are in the document.
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
            {messages().app.queue}
            {hasList && (
              <span class="queue-sum dim">
                <span class="queue-dot"> · </span>
                {summaryOf(items)}
              </span>
            )}
          </h2>
        </div>
        {hasList && columns.value === 1 && connection.kind !== "ended" && (
          <button type="button" class="button queue-find" onClick={findTrack}>
            <Icon name="add" size={18} />
            {messages().queue.add}
          </button>
        )}
        {hasList && <p class="dim small queue-order">{order && messages().queue.orders[order]}</p>}
      </header>
      {!isKnown && connection.kind !== "ended" && <QueueSkeleton />}
      {isKnown && (
        <div class="queue-list" inert={connection.kind === "ended"}>
          {now && <PlayingRow item={now} key={now.key} />}
          {hasList ? (
            <QueueList key={slug} items={items} mayMove={!isByVotes} />
          ) : (
            <div class="queue-empty">
              <EmptyQueue />
              <PlayedItems />
            </div>
          )}
        </div>
      )}
    </div>
  );
});

function summaryOf(items: readonly ShownItem[]): string {
  const { queue, span } = messages();
  const seconds = upcomingSeconds.value;
  const isLeast = items.some((item) => item.track.duration_seconds === null);
  return queue.summary(items.length, seconds ? span(seconds) : null, isLeast);
}

export function PlayingRow({ item }: { item: ShownItem }) {
  const { queue } = messages();
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  const more = useRef<HTMLDivElement>(null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fields are in it.
    <div class="queue-now" id="queue-now" role="group" tabIndex={-1} aria-label={queue.playing} ref={more}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button does the same. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above. */}
      <div
        class="queue-row"
        data-playing
        onClick={({ currentTarget }) => setAnchor(currentTarget.getBoundingClientRect())}
      >
        <ItemLabel item={item}>
          <PlayingMark />
        </ItemLabel>
        <IconButton
          icon="more"
          class="queue-more"
          label={queue.more(item.track.title)}
          aria-haspopup="menu"
        />
      </div>
      {anchor && (
        <ItemMenu
          item={item}
          mayMove={false}
          anchor={anchor}
          onMoved={() => {}}
          onClose={() => {
            setAnchor(null);
            more.current?.querySelector<HTMLElement>(".queue-more")?.focus();
          }}
        />
      )}
    </div>
  );
}

/** Three bars that dance on the cover while it plays. */
function PlayingMark() {
  return (
    <span class="queue-playing" data-paused={isPaused.value || undefined} aria-hidden="true">
      <span />
      <span />
      <span />
    </span>
  );
}

const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];

export function QueueSkeleton() {
  return (
    <div class="queue-list" aria-busy="true">
      <p class="spoken" role="status">
        {messages().queue.loading}
      </p>
      <div class="queue-skeletons" aria-hidden="true">
        {ROWS.map((row) => (
          <div class="queue-skeleton" key={row}>
            <span />
            <span />
          </div>
        ))}
      </div>
    </div>
  );
}
