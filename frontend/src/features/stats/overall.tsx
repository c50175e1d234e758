/** The figures of everybody: nobody can be told from them. */

import { overall, SPANS, type Span, type Summary, span, type Trends } from "../../store/stats.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { laterWords, words } from "../../words/index.ts";
import { KindsChart, NamedChart } from "./charts.tsx";
import { Tiles } from "./tiles.tsx";

export function Overall() {
  const { known } = overall.value;
  const texts = laterWords().stats;
  if (!known) return null;
  return (
    <>
      <section class="card panel-card" aria-labelledby="stats-overview">
        <h2 id="stats-overview">{texts.overview}</h2>
        <Tiles tiles={tilesOf(known.summary)} />
      </section>
      <section class="card panel-card" aria-labelledby="stats-trends">
        <h2 id="stats-trends">{texts.trends}</h2>
        <Segmented
          label={texts.days}
          value={String(span.value)}
          options={SPANS.map((days) => ({ value: String(days), label: texts.lastDays(days) }))}
          onChange={(days) => {
            span.value = Number(days) as Span;
          }}
        />
        <Tops trends={known.trends} />
      </section>
      <div class="card panel-card">
        <KindsChart title={texts.byType} counts={known.summary.by_type} />
      </div>
    </>
  );
}

function Tops({ trends: { artists, genres, tracks } }: { trends: Trends }) {
  const texts = laterWords().stats;
  if (!tracks.length) return <p class="dim">{texts.nothing}</p>;
  return (
    <>
      <NamedChart
        title={texts.tracks}
        what={texts.what}
        named={tracks.map(({ track, count, change }) => ({ name: nameOf(track), count, change }))}
      />
      <NamedChart title={texts.artists} what={texts.what} named={artists} />
      <NamedChart title={texts.genres} what={texts.what} named={genres} />
    </>
  );
}

export function nameOf({ title, artist }: { title: string; artist: string }): string {
  return `${title} · ${artist}`;
}

function tilesOf(summary: Summary) {
  const texts = laterWords().stats;
  const { number } = words();
  return [
    { name: texts.people, told: number(summary.users) },
    { name: texts.activePeople, told: number(summary.active_users_7d) },
    { name: texts.tracks, told: number(summary.tracks) },
    { name: texts.roomPlays, told: number(summary.room_plays) },
    { name: texts.activities, told: number(summary.activities) },
    { name: texts.activitiesWeek, told: number(summary.activities_7d) },
    { name: texts.recommendations, told: number(summary.recommendations) },
  ];
}
