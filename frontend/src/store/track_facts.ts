/** All that is known of a track, in full, for the sheet that its row opens. */

import { lazyMessages, messages } from "../locales/index.ts";
import type { ShownItem, Track } from "../sync/index.ts";
import { isNamed } from "./identity.ts";
import { queuedTracks } from "./up_next.ts";

type Known = Pick<Track, "title" | "artist" | "album" | "duration_seconds"> & { id: number | null };

/** The title, then a line for each fact. `lazyMessages` must be there. */
export function trackFacts(track: Known): string[] {
  const { sheet } = lazyMessages();
  const { title, artist, album, duration_seconds: seconds } = track;
  const found = track.id === null ? undefined : queuedTracks.value.get(track.id);
  return [
    title,
    sheet.artist(artist),
    album && sheet.album(album),
    seconds === null ? "" : sheet.length(messages().clock(seconds)),
    ...(found ? queueFacts(found) : []),
  ].filter(Boolean);
}

function queueFacts({ item, place }: { item: ShownItem; place: number }): string[] {
  const { queue, others, ordinal, dayAndTime } = messages();
  const name = isNamed(item.added_by) ? item.added_by : others.anonymous;
  const added = queue.addedBy(name, dayAndTime(item.added_at));
  // A vote for what plays means nothing any more.
  if (!place) return [messages().nowPlaying.title, added];
  return [lazyMessages().sheet.queued(ordinal(place)), added, queue.votesSpoken(item.votes)];
}
