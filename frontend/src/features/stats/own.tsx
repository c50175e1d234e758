/** One's own figures, by the days and hours of where one is. */

import { type Engagement, lastDays, own, todayHere } from "../../store/stats.ts";
import { laterWords, words } from "../../words/index.ts";
import { DaysChart, HoursChart, KindsChart, NamedChart } from "./charts.tsx";
import { percent } from "./formats.ts";
import { nameOf } from "./overall.tsx";
import { Tiles } from "./tiles.tsx";

const DAYS = 30;

export function Own() {
  const { known } = own.value;
  const texts = laterWords().stats;
  if (!known) return null;
  return (
    <>
      <section class="card panel-card" aria-labelledby="stats-overview">
        <h2 id="stats-overview">{texts.overview}</h2>
        <Tiles tiles={tilesOf(known)} />
      </section>
      {known.activities === 0 ? <p class="empty dim">{texts.nothingYours}</p> : <Charts known={known} />}
    </>
  );
}

function Charts({ known }: { known: Engagement }) {
  const texts = laterWords().stats;
  const tracks = known.top_tracks.map(({ track, count }) => ({ name: nameOf(track), count, change: null }));
  return (
    <>
      <div class="card panel-card">
        <KindsChart title={texts.byTypeYours} counts={known.by_type} />
      </div>
      <div class="card panel-card">
        <DaysChart days={lastDays(known.by_day, todayHere(), DAYS)} />
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

function tilesOf(known: Engagement) {
  const texts = laterWords().stats;
  const { number } = words();
  const rate = (value: number | null) => (value === null ? texts.noPlays : percent(value));
  return [
    { name: texts.activities, told: number(known.activities) },
    { name: texts.activitiesWeek, told: number(known.activities_7d) },
    { name: texts.likeRate, told: rate(known.like_rate) },
    { name: texts.skipRate, told: rate(known.skip_rate) },
  ];
}
