/** Statistics of all users, from which no user can be identified, and the user's own. */

import { lazyMessages, messages } from "../../locales/index.ts";
import {
  type Engagement,
  globalStats,
  lastDays,
  localToday,
  myStats,
  SPANS,
  type Span,
  type Summary,
  span,
  type Trends,
} from "../../store/stats.ts";
import { SegmentedControl } from "../../ui/form_controls.tsx";
import { DaysChart, HoursChart, NamedChart, percent, TypesChart } from "./stats_charts.tsx";

export interface Tile {
  name: string;
  text: string;
}

export function Tiles({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <dl class="stats-tiles">
      {tiles.map(({ name, text }) => (
        <div class="stats-tile" key={name}>
          <dt class="dim small">{name}</dt>
          <dd class="numbers">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

export function GlobalStats() {
  const { known } = globalStats.value;
  const texts = lazyMessages().stats;
  if (!known) return null;
  return (
    <>
      <section class="card panel-card" aria-labelledby="stats-overview">
        <h2 id="stats-overview">{texts.overview}</h2>
        <Tiles tiles={globalTiles(known.summary)} />
      </section>
      <section class="card panel-card" aria-labelledby="stats-trends">
        <h2 id="stats-trends">{texts.trends}</h2>
        <SegmentedControl
          label={texts.days}
          value={String(span.value)}
          options={SPANS.map((days) => ({ value: String(days), label: texts.lastDays(days) }))}
          onChange={(days) => {
            span.value = Number(days) as Span;
          }}
        />
        <TopLists trends={known.trends} />
      </section>
      {known.summary.activities > 0 && (
        <div class="card panel-card">
          <TypesChart title={texts.byType} counts={known.summary.by_type} />
        </div>
      )}
    </>
  );
}

function TopLists({ trends: { artists, genres, tracks } }: { trends: Trends }) {
  const texts = lazyMessages().stats;
  if (!tracks.length) return <p class="dim">{texts.nothing}</p>;
  return (
    <>
      <NamedChart
        title={texts.tracks}
        what={texts.what}
        named={tracks.map(({ track, count, change }) => ({ name: trackName(track), count, change }))}
      />
      <NamedChart title={texts.artists} what={texts.what} named={artists} />
      <NamedChart title={texts.genres} what={texts.what} named={genres} />
    </>
  );
}

export function trackName({ title, artist }: { title: string; artist: string }): string {
  return `${title} · ${artist}`;
}

function globalTiles(summary: Summary) {
  const texts = lazyMessages().stats;
  const { number } = messages();
  return [
    { name: texts.people, text: number(summary.users + summary.guests) },
    { name: texts.activePeople, text: number(summary.active_users_7d + summary.active_guests_7d) },
    { name: texts.queued, text: number(summary.queue_items) },
    { name: texts.votes, text: number(summary.votes) },
    { name: texts.roomPlays, text: number(summary.room_plays) },
    { name: texts.tracks, text: number(summary.tracks) },
  ];
}

const CHART_DAYS = 30;

export function MyStats() {
  const { known } = myStats.value;
  const texts = lazyMessages().stats;
  if (!known) return null;
  if (known.activities === 0) return <p class="empty dim">{texts.nothingYours}</p>;
  return (
    <>
      <section class="card panel-card" aria-labelledby="stats-overview">
        <h2 id="stats-overview">{texts.overview}</h2>
        <Tiles tiles={myTiles(known)} />
      </section>
      <MyCharts known={known} />
    </>
  );
}

function MyCharts({ known }: { known: Engagement }) {
  const texts = lazyMessages().stats;
  const tracks = known.top_tracks.map(({ track, count }) => ({
    name: trackName(track),
    count,
    change: null,
  }));
  return (
    <>
      <div class="card panel-card">
        <TypesChart title={texts.byTypeYours} counts={known.by_type} />
      </div>
      <div class="card panel-card">
        <DaysChart days={lastDays(known.by_day, localToday(), CHART_DAYS)} />
        <HoursChart hours={known.by_hour} />
      </div>
      {tracks.length > 0 && (
        <div class="card panel-card">
          <NamedChart title={texts.topTracks} what={texts.what} named={tracks} />
          <NamedChart
            title={texts.topArtists}
            what={texts.what}
            named={known.top_artists.map((one) => ({ ...one, change: null }))}
          />
          <NamedChart
            title={texts.topGenres}
            what={texts.what}
            named={known.top_genres.map((one) => ({ ...one, change: null }))}
          />
        </div>
      )}
    </>
  );
}

function myTiles(known: Engagement) {
  const texts = lazyMessages().stats;
  const { number } = messages();
  const rate = (value: number | null) => (value === null ? texts.noPlays : percent(value));
  return [
    { name: texts.activities, text: number(known.activities) },
    { name: texts.activitiesWeek, text: number(known.activities_7d) },
    { name: texts.likeRate, text: rate(known.like_rate) },
    { name: texts.skipRate, text: rate(known.skip_rate) },
  ];
}
