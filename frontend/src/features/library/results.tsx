/** The list of what was found: only what is in sight is loaded and drawn. */

import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { addingName, addOnce, goneTracks, placeText, standingOf } from "../../store/adding.ts";
import { isStale, resultWishes, wishToSearch } from "../../store/library.ts";
import { allowedCover } from "../../store/page.ts";
import type { RowPages } from "../../store/row_pages.ts";
import type { Track } from "../../sync/index.ts";
import { Cover } from "../../ui/cover.tsx";
import { memo } from "../../ui/memo.ts";
import { PlaceButton } from "../../ui/place_button.tsx";
import { unheld } from "../../ui/unheld.ts";
import { VirtualList } from "../../ui/virtual_list.tsx";
import { words } from "../../words/index.ts";

const ROW = "var(--row)";

export const Results = unheld(function Results({ pages }: { pages: RowPages<Track> }) {
  const list = useRef<VirtualList>(null);
  const [told, setTold] = useState("");
  const wishes = resultWishes.value;
  const handledWishes = useRef(wishes);
  useLayoutEffect(() => {
    if (wishes === handledWishes.current) return;
    handledWishes.current = wishes;
    list.current?.focus(String(0));
  }, [wishes]);
  const add = useCallback((track: Track) => {
    // What stands here now is not what will stand here in a moment.
    if (isStale.value) return;
    if (addOnce(track)) setTold(words().library.added(track.title));
  }, []);
  const onRowKey = (event: KeyboardEvent, key: string) => {
    // A press of the row's own button is that button's.
    const isOnRow = event.target instanceof Element && event.target.matches("[data-key]");
    const track = pages.rowAt(Number(key));
    if (event.key === "ArrowUp" && key === "0") wishToSearch();
    else if (event.key === "Enter" && isOnRow && track) add(track);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <VirtualList
        ref={list}
        label={words().library.results}
        count={pages.state.value.total ?? 0}
        keyAt={String}
        indexOf={Number}
        rowHeight={ROW}
        rowLabelId={idOfWords}
        onRangeChange={(first, last) => pages.see(first, last)}
        onRowKey={onRowKey}
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
        {told}
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
  const { clock, app } = words();
  const { title, artist, album, duration_seconds: length } = track;
  return (
    <div class="library-row">
      <Cover url={allowedCover(track.cover_url)} seed={artist} size={44} />
      <div class="library-words" id={idOfWords(id)}>
        <span class="library-title one-line" dir="auto">
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
  const standing = standingOf(track.id);
  const { history } = words();
  if (goneTracks.value.has(track.id)) return <span class="dim small library-gone">{history.gone}</span>;
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={addingName(track)}
      place={placeText(standing)}
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
      <span class="spoken" id={idOfWords(id)}>
        {words().library.loading}
      </span>
      <span class="library-skeleton-cover" />
      <span class="library-skeleton-words" />
    </div>
  );
}

function idOfWords(key: string): string {
  return `library-row-${key}`;
}
