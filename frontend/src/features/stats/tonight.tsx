/** What the room has done in the last hours, to look at and to send to others. */

import { lazyMessages, messages } from "../../locales/index.ts";
import { isNamed } from "../../store/identity.ts";
import { roomName, serverNow, view } from "../../store/room.ts";
import type { ShownItem } from "../../sync/index.ts";
import { CopyField } from "../../ui/copy_field.tsx";
import { NamedChart } from "./stats_charts.tsx";
import { Tiles, trackName } from "./stats_panels.tsx";

const NIGHT_MS = 12 * 3600 * 1000;
const MOST_LISTED = 5;

/** Of the items that were added within the last 12 hours; those with the highest count come first. */
export function nightOf(items: readonly ShownItem[], now: number) {
  const recent = items.filter(({ added_at: addedAt }) => Date.parse(addedAt) > now - NIGHT_MS);
  const added = new Map<string, number>();
  for (const { added_by: name } of recent) if (isNamed(name)) added.set(name, (added.get(name) ?? 0) + 1);
  return {
    added: recent.length,
    played: recent.filter(({ played_at: playedAt }) => playedAt).length,
    people: added.size,
    mostVotes: highest(
      recent
        .filter(({ votes }) => votes > 0)
        .map(({ track, votes }) => ({ name: trackName(track), count: votes })),
    ),
    mostAdded: highest([...added].map(([name, count]) => ({ name, count }))),
  };
}

function highest(counts: { name: string; count: number }[]) {
  const sorted = counts.sort((one, other) => other.count - one.count).slice(0, MOST_LISTED);
  return sorted.map((one) => ({ ...one, change: null }));
}

export function Tonight() {
  const texts = lazyMessages().stats;
  const { copied, copy, selected } = lazyMessages().rooms;
  const { number } = messages();
  const night = nightOf(view.value.items, serverNow());
  if (night.added === 0) return null;
  const [voted] = night.mostVotes;
  const [adder] = night.mostAdded;
  const sentences = [
    texts.tonightIn(roomName.value, night.added),
    voted && texts.mostVotesOf(voted.name, voted.count),
    adder && texts.mostAddedBy(adder.name, adder.count),
  ];
  return (
    <section class="card panel-card" aria-labelledby="stats-tonight">
      <h2 id="stats-tonight">{texts.tonight}</h2>
      <Tiles
        tiles={[
          { name: texts.added, text: number(night.added) },
          { name: texts.played, text: number(night.played) },
          { name: texts.addedBy, text: number(night.people) },
        ]}
      />
      <NamedChart title={texts.mostVotes} what={texts.track} named={night.mostVotes} />
      <NamedChart title={texts.mostAdded} what={texts.person} named={night.mostAdded} />
      <CopyField
        label={texts.toSend}
        text={sentences.filter(Boolean).join(" ")}
        copyLabel={copy}
        copiedText={copied}
        selectedText={selected}
      />
    </section>
  );
}
