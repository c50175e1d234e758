/** What an empty queue says: that it is one, and how to begin. */

import { useEffect } from "preact/hooks";
import { allowedCover } from "../../store/page.ts";
import { addTrack, view } from "../../store/room.ts";
import { loadSuggestions, suggestions } from "../../store/suggestions.ts";
import type { Track } from "../../sync/index.ts";
import { Cover } from "../../ui/cover.tsx";
import { Icon } from "../../ui/icon.tsx";
import { words } from "../../words/index.ts";
import { findTrack } from "./doings.ts";

export function EmptyQueue() {
  const { queue } = words();
  const tracks = suggestions.value;
  const { kind } = view.value.connection;
  // Again once the line is back.
  useEffect(() => void loadSuggestions(), [kind === "live"]);
  return (
    <div class="queue-empty">
      <span class="queue-empty-sign">
        <Icon name="queue" size={32} />
      </span>
      <p>{queue.empty}</p>
      <button type="button" class="button main" onClick={findTrack}>
        <Icon name="search" size={20} />
        {queue.find}
      </button>
      {tracks.length > 0 && (
        <section class="queue-suggestions" aria-label={queue.suggestions}>
          <h3 class="dim small">{queue.suggestions}</h3>
          <ul>
            {tracks.map((track) => (
              <Suggestion key={track.id} track={track} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Suggestion({ track }: { track: Track }) {
  const { queue } = words();
  return (
    <li class="queue-suggestion">
      <Cover url={allowedCover(track.cover_url)} seed={track.artist} size={48} />
      <span class="queue-text">
        <span class="queue-title" dir="auto">
          {track.title}
        </span>
        <span class="dim small one-line" dir="auto">
          {track.artist}
        </span>
      </span>
      <button
        type="button"
        class="button"
        aria-label={queue.addNamed(track.title, track.artist)}
        onClick={() => addTrack(track)}
      >
        <Icon name="add" size={18} />
        {queue.add}
      </button>
    </li>
  );
}
