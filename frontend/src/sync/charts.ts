/** What the state of the stream of charts is made of: the newest edition of each genre. Pure. */

import { sha256 } from "@noble/hashes/sha2.js";
import { hexOf } from "./hex.ts";
import type { StreamKind } from "./replica.ts";
import type { ChartsEvent, Edition } from "./wire.ts";

/** In the order of the server's snapshots, which the digest is made of. Genres that it gets later come behind. */
const GENRES = ["pop", "dance", "rap", "country"];

export const CHARTS: StreamKind<Edition, ChartsEvent> = {
  snapshotType: "charts.snapshot",
  keyOf: ({ genre }) => genre,
  inOrder: (editions) => editions,
  fold,
  digestOf,
};

function fold(editions: readonly Edition[], event: ChartsEvent): readonly Edition[] {
  switch (event.type) {
    case "chart.published":
      return withEdition(editions, event.payload);
    case "chart.withdrawn":
      return editions.filter(({ genre }) => genre !== event.payload.genre);
    default:
      return editions;
  }
}

/** One of a day before the newest changes nothing. */
function withEdition(editions: readonly Edition[], edition: Edition): readonly Edition[] {
  const known = editions.find(({ genre }) => genre === edition.genre);
  if (known && known.date > edition.date) return editions;
  const others = editions.filter((one) => one !== known);
  return [...others, edition].sort((one, other) => placeOf(one) - placeOf(other));
}

function placeOf({ genre }: Edition): number {
  const place = GENRES.indexOf(genre);
  return place < 0 ? GENRES.length : place;
}

function digestOf(editions: readonly Edition[]): string {
  const text = editions.map((one) => `${one.genre}:${one.date}:${one.is_sample ? 1 : 0}`).join(";");
  return hexOf(sha256(new TextEncoder().encode(text)).subarray(0, 8));
}
