/** An empty queue: how to add tracks, and suggestions. */

import { useEffect } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { addOnce } from "../../store/add_track.ts";
import type { Reason } from "../../store/recommendations.ts";
import { view } from "../../store/room.ts";
import { allowedCoverUrl } from "../../store/server_info.ts";
import {
  loadSuggestions,
  reasonText,
  type Suggestion,
  suggestions,
  variedReasons,
} from "../../store/suggestions.ts";
import { Cover } from "../../ui/cover.tsx";
import { Icon, IconButton } from "../../ui/icon.tsx";
import { findTrack } from "./actions.ts";

export function EmptyQueue() {
  const { queue } = messages();
  const offered = suggestions.value;
  const recommended = offered.flatMap(({ recommendation }) => recommendation ?? []);
  const reasons = recommended.length ? variedReasons(recommended) : [];
  const { room, connection, items } = view.value;
  // Again once the connection is back.
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
            {offered.map((one, index) => (
              <SuggestedTrack key={one.track.id} one={one} reason={reasons[index]} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface SuggestedTrackProps {
  one: Suggestion;
  reason: Reason | undefined;
}

function SuggestedTrack({ one: { track, recommendation }, reason }: SuggestedTrackProps) {
  const { library } = messages();
  return (
    <li class="queue-suggestion">
      <Cover url={allowedCoverUrl(track.cover_url)} seed={track.artist} size={48} />
      <span class="queue-text">
        <span class="queue-title" dir="auto">
          {track.title}
        </span>
        <span class="dim small one-line" dir="auto">
          {track.artist}
        </span>
        {recommendation && reason && (
          <span class="small queue-suggestion-reason">{reasonText(recommendation, reason)}</span>
        )}
      </span>
      <IconButton
        icon="add"
        class="queue-suggestion-add"
        label={library.addNamed(track.title, track.artist)}
        onClick={() => addOnce(track)}
      />
    </li>
  );
}
