/** What an empty queue says: that it is one, and how to begin. */

import { useEffect } from "preact/hooks";
import { addOnce } from "../../store/adding.ts";
import { allowedCover } from "../../store/page.ts";
import { reasonOf } from "../../store/reasons.ts";
import { view } from "../../store/room.ts";
import { loadSuggestions, type Suggestion, suggestions } from "../../store/suggestions.ts";
import { Cover } from "../../ui/cover.tsx";
import { Icon } from "../../ui/icon.tsx";
import { words } from "../../words/index.ts";
import { findTrack } from "./doings.ts";

export function EmptyQueue() {
  const { queue } = words();
  const offered = suggestions.value;
  const { room, connection, items } = view.value;
  // Again once the line is back.
  useEffect(() => void loadSuggestions(room), [room, connection.kind === "live"]);
  return (
    <>
      <span class="queue-empty-sign">
        <Icon name="queue" size={32} />
      </span>
      <p>{items.length ? queue.nothingToCome : queue.empty}</p>
      <button type="button" class="button main" onClick={findTrack}>
        <Icon name="search" size={20} />
        {queue.find}
      </button>
      {offered.length > 0 && (
        <section class="queue-suggestions" aria-label={queue.suggestions}>
          <h3 class="dim small">{queue.suggestions}</h3>
          <ul>
            {offered.map((one) => (
              <Offer key={one.track.id} one={one} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Offer({ one: { track, recommendation } }: { one: Suggestion }) {
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
        {recommendation && <span class="small queue-suggestion-reason">{reasonOf(recommendation)}</span>}
      </span>
      <button
        type="button"
        class="button"
        aria-label={queue.addNamed(track.title, track.artist)}
        onClick={() => addOnce(track)}
      >
        <Icon name="add" size={18} />
        {queue.addShort}
      </button>
    </li>
  );
}
