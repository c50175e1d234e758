/** One item of the queue. */

import type { ComponentChildren } from "preact";
import { messages } from "../../locales/index.ts";
import { isNamed } from "../../store/identity.ts";
import { allowedCoverUrl } from "../../store/server_info.ts";
import type { ShownItem } from "../../sync/index.ts";
import { Cover, PersonDot } from "../../ui/cover.tsx";
import { memo } from "../../ui/hooks.ts";
import { Icon, IconButton } from "../../ui/icon.tsx";
import { useHighlight } from "./highlights.ts";
import { VoteButtons } from "./vote_buttons.tsx";

interface Props {
  item: ShownItem;
  /** Whether the Tab key reaches its controls. */
  isActive: boolean;
  /** Whether items are moved by hand here. */
  mayMove: boolean;
  /** Whether the keyboard moves it right now. */
  isGrabbed: boolean;
  onGrab: (key: string) => void;
  onMore: (key: string, button: Element) => void;
}

export const QueueRow = memo(function QueueRow(props: Props) {
  const { item, isActive, mayMove, isGrabbed, onGrab, onMore } = props;
  const { queue } = messages();
  const glow = useHighlight(item.id);
  const { title } = item.track;
  const tabIndex = isActive ? 0 : -1;
  return (
    <div class="queue-row" data-grabbed={isGrabbed || undefined} data-glow={glow}>
      {mayMove && (
        <button
          type="button"
          class="queue-handle"
          data-handle
          data-control="handle"
          aria-label={queue.move(title)}
          title={queue.move(title)}
          aria-pressed={isGrabbed}
          tabIndex={tabIndex}
          // A pointer's click ends a drag; a click without a pointer comes from keys and from aids.
          onClick={(event) => event.detail === 0 && onGrab(item.key)}
        >
          <Icon name="grip" size={20} />
        </button>
      )}
      <ItemLabel item={item} />
      <VoteButtons item={item} tabIndex={tabIndex} />
      <IconButton
        icon="more"
        class="queue-more"
        label={queue.more(title)}
        data-control="more"
        aria-haspopup="menu"
        tabIndex={tabIndex}
        onClick={(event) => onMore(item.key, event.currentTarget)}
      />
    </div>
  );
});

/** Its cover, its title and what else is known of it, for a row. */
export function ItemLabel({ item, children }: { item: ShownItem; children?: ComponentChildren }) {
  const { title, artist, cover_url: coverUrl } = item.track;
  return (
    <>
      <span class="queue-cover">
        <Cover url={allowedCoverUrl(coverUrl)} seed={artist || title} size={48} />
        {children}
      </span>
      <span class="queue-text" id={labelIdOf(item.key)}>
        <span class="queue-title" dir="auto" title={title}>
          {title}
        </span>
        <Facts item={item} />
      </span>
    </>
  );
}

/** The id of what names the row. */
export function labelIdOf(key: string): string {
  return `queue-item-${key}`;
}

function Facts({ item }: { item: ShownItem }) {
  const { queue, clock, app, dayAndTime } = messages();
  const { artist, duration_seconds: seconds } = item.track;
  return (
    <span class="queue-facts dim small">
      <span class="spoken">, </span>
      <bdi class="queue-artist">{artist}</bdi>
      {isNamed(item.added_by) && (
        <span class="queue-who" title={queue.addedBy(item.added_by, dayAndTime(item.added_at))}>
          <span class="spoken">, {queue.by} </span>
          <PersonDot name={item.added_by} />
          <bdi>{item.added_by}</bdi>
        </span>
      )}
      <span class="queue-length numbers">
        {seconds === null ? <span class="spoken">, {app.unknownLength}</span> : clock(seconds)}
      </span>
    </span>
  );
}
