/** The list of what was found: only what is in sight is loaded and drawn. */

import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import {
  addButtonLabel,
  addOnce,
  goneTracks,
  positionText,
  queuePositionOf,
  trackSheet,
} from "../../store/add_track.ts";
import { isStale, resultsFocusRequests } from "../../store/library.ts";
import type { PagedList } from "../../store/paged_list.ts";
import { requestSearchFocus } from "../../store/router.ts";
import { allowedCoverUrl } from "../../store/server_info.ts";
import type { Track } from "../../sync/index.ts";
import { Cover } from "../../ui/cover.tsx";
import { memo, releaseVnodes } from "../../ui/hooks.ts";
import { isMenuKey } from "../../ui/keyboard.ts";
import { PlaceButton } from "../../ui/place_button.tsx";
import { VirtualList } from "../../ui/virtual_list.tsx";

const ROW = "var(--row)";

export const Results = releaseVnodes(function Results({ pages }: { pages: PagedList<Track> }) {
  const list = useRef<VirtualList>(null);
  const [announcement, setAnnouncement] = useState("");
  const requests = resultsFocusRequests.value;
  const handledRequests = useRef(requests);
  useLayoutEffect(() => {
    if (requests === handledRequests.current) return;
    handledRequests.current = requests;
    list.current?.focus(String(0));
  }, [requests]);
  const add = useCallback((track: Track) => {
    // The rows are about to be replaced.
    if (isStale.value) return;
    if (addOnce(track)) setAnnouncement(messages().library.added(track.title));
  }, []);
  const openSheet = (key: string, row: HTMLElement) => {
    const track = isStale.value ? undefined : pages.rowAt(Number(key));
    if (track) trackSheet.value = { track, row };
  };
  const onRowKey = (event: KeyboardEvent, key: string) => {
    // A press of the row's own button is that button's.
    const isOnRow = event.target instanceof Element && event.target.matches("[data-key]");
    const track = pages.rowAt(Number(key));
    if (event.key === "ArrowUp" && key === "0") requestSearchFocus();
    else if (event.key === "Enter" && isOnRow && track) add(track);
    else if (isMenuKey(event) && isOnRow) openSheet(key, event.target as HTMLElement);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <VirtualList
        ref={list}
        label={messages().library.results}
        count={pages.state.value.total ?? 0}
        keyAt={String}
        indexOf={Number}
        rowHeight={ROW}
        rowLabelId={labelIdOf}
        onRangeChange={(first, last) => pages.see(first, last)}
        onRowKey={onRowKey}
        onRowPress={openSheet}
        renderRow={(index, isActive) => {
          const track = pages.rowAt(index);
          return track ? (
            <Row track={track} id={String(index)} isActive={isActive} onAdd={add} />
          ) : (
            <SkeletonRow id={String(index)} />
          );
        }}
      />
      <p class="spoken" role="status">
        {announcement}
      </p>
    </>
  );
});

interface RowProps {
  track: Track;
  id: string;
  isActive: boolean;
  onAdd: (track: Track) => void;
}

const Row = memo(function Row({ track, id, isActive, onAdd }: RowProps) {
  const { clock, app } = messages();
  const { title, artist, album, duration_seconds: length } = track;
  return (
    <div class="library-row">
      <Cover url={allowedCoverUrl(track.cover_url)} seed={artist} size={44} />
      <div class="library-text" id={labelIdOf(id)}>
        <span class="library-title" dir="auto">
          {title}
        </span>
        <span class="library-about dim small">
          <span class="one-line" dir="auto">
            <bdi>{artist}</bdi>
            {album && " · "}
            <bdi>{album}</bdi>
          </span>
          <span class="library-length numbers">
            {length === null ? <span class="spoken">{app.unknownLength}</span> : clock(length)}
          </span>
        </span>
      </div>
      <Add track={track} isActive={isActive} onAdd={onAdd} />
    </div>
  );
});

function Add({ track, isActive, onAdd }: Omit<RowProps, "id">) {
  const standing = queuePositionOf(track.id);
  const { history } = lazyMessages();
  if (goneTracks.value.has(track.id))
    return <span class="dim small library-unavailable">{history.gone}</span>;
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={addButtonLabel(track)}
      place={positionText(standing)}
      isInTabOrder={isActive}
      isResting={isStale.value}
      onPress={() => onAdd(track)}
    />
  );
}

export function SkeletonRows() {
  return (
    <div class="library-skeletons" aria-hidden="true">
      {Array.from({ length: 8 }, (_, index) => (
        <SkeletonRow key={index} id={`skeleton-${index}`} />
      ))}
    </div>
  );
}

/** As high as a row. */
function SkeletonRow({ id }: { id: string }) {
  return (
    <div class="library-row library-skeleton">
      <span class="spoken" id={labelIdOf(id)}>
        {messages().library.loading}
      </span>
      <span class="library-skeleton-cover" />
      <span class="library-skeleton-text" />
    </div>
  );
}

function labelIdOf(key: string): string {
  return `library-row-${key}`;
}
