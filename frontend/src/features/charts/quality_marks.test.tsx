/** What a reader sees of data that is old, missing or doubtful: each mark, by its words. */

import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ChartTrack } from "../../generated/api.ts";
import { loadLazyMessages, setLanguage } from "../../locales/index.ts";

const TODAY = "2025-12-04";
const place = document.createElement("div");
let answer: ReturnType<typeof chartOf>;

type Count = { status: string; date: string | null; in_change: string[] };

const ok: Count = { status: "ok", date: TODAY, in_change: ["1d", "7d"] };

function line(rank: number, counts: Record<string, Count>, total: number | null = 1000) {
  return {
    rank,
    isrc: `ZZTST250000${rank}`,
    name: `Title ${rank}`,
    artist: "Ada",
    album: "",
    cover_url: "",
    services: { spotify: { rank, url: "" }, soundcloud: { rank: rank + 1, url: "" } },
    plays: { total },
    change: { "1d": null, "7d": 70, "30d": null },
    counts,
    days_on_chart: 1,
    peak: 1,
    movement: { kind: "same", by: 0 },
  };
}

function chartOf(...tracks: ReturnType<typeof line>[]) {
  const source = (service: string) => ({
    service,
    status: "ok",
    date: TODAY as string | null,
    fetched_at: `${TODAY}T02:30:00Z`,
    is_confirmed: true,
    unreadable: 0,
  });
  return {
    genre: "pop",
    date: TODAY,
    compared_with: "2025-12-03",
    is_sample: false,
    sources: ["spotify", "apple_music", "soundcloud"].map(source),
    tracks,
  };
}

async function ask(address: string): Promise<Response> {
  const { pathname } = new URL(address, "http://localhost");
  const genres = [{ name: "pop", date: TODAY, first_date: "2025-12-01", is_sample: false }];
  const data = pathname === "/api/charts/" ? { genres, services: [], ranks: [] } : answer;
  return new Response(JSON.stringify({ status: "success", message: "", data }));
}

/** The texts of the elements that match, of the list with its notes. */
async function shown(selector: string): Promise<string[]> {
  const [charts, { DataQualityNotes }, { ChartList }] = await Promise.all([
    import("../../store/charts.ts"),
    import("./data_quality_notes.tsx"),
    import("./list.tsx"),
  ]);
  charts.day.value = null;
  charts.chooseChart("pop");
  await charts.loadCharts();
  render(
    <>
      <DataQualityNotes />
      <ChartList onOpen={() => {}} />
    </>,
    place,
  );
  return [...place.querySelectorAll(selector)].map((one) => one.textContent?.trim() ?? "");
}

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date(`${TODAY}T12:00:00Z`), toFake: ["Date"] });
  vi.stubGlobal("fetch", vi.fn(ask));
  localStorage.clear();
  await setLanguage("en");
  await loadLazyMessages();
  answer = chartOf(line(1, { spotify: ok, soundcloud: ok }), line(2, { spotify: ok, soundcloud: ok }));
});

afterEach(() => {
  render(null, place);
  vi.useRealTimers();
});

describe("the list", () => {
  test("has no mark where all is of its day", async () => {
    expect(await shown(".charts-failures li, .charts-older, .charts-old, .charts-mark .dim")).toEqual([]);
    expect(await shown(".charts-line")).toEqual([expect.stringMatching(/2 tracks.*updated 9 hours ago/)]);
    expect(await shown(".charts-row .numbers > [aria-hidden]")).toEqual(
      Array(2).fill("1K plays · +70 in 7 days"),
    );
  });

  test.each([
    ["failed", "2025-12-02", "Couldn’t load SoundCloud. Using its list from Tue, Dec 2, 2025."],
    [
      "quarantined",
      "2025-12-02",
      "looked wrong and was rejected. Using the previous one from Tue, Dec 2, 2025.",
    ],
    ["stale", "2025-12-02", "repeats an older one. Using the one from Tue, Dec 2, 2025."],
    ["missing", null, "SoundCloud has no list. It isn’t included."],
  ])(
    "says that a service's list is %s, and of which day the one is that is used",
    async (status, date, text) => {
      Object.assign(answer.sources[2] ?? {}, { status, date });
      const notes = await shown(".charts-failures li");
      expect(notes).toEqual([expect.stringContaining(text)]);
      const places = await shown(".charts-mark .dim");
      expect(places).toEqual(date ? Array(2).fill("(list from Dec 2)") : []);
    },
  );

  test("says how many tracks of a list could not be read", async () => {
    Object.assign(answer.sources[0] ?? {}, { unreadable: 6 });
    Object.assign(answer.sources[2] ?? {}, { unreadable: 1 });
    expect(await shown(".charts-failures li")).toEqual([
      "6 tracks on the list from Spotify couldn’t be read.",
      "1 track on the list from SoundCloud couldn’t be read.",
    ]);
  });

  test("says that nothing confirms a list, that it is a sample, old, or compared with another day", async () => {
    Object.assign(answer.sources[0] ?? {}, { is_confirmed: false });
    answer.is_sample = true;
    answer.compared_with = "2025-12-01";
    for (const source of answer.sources) source.fetched_at = "2025-12-01T02:30:00Z";
    expect(await shown(".charts-failures li")).toEqual([
      "Not confirmed yet: Spotify (first list, many new tracks, or far fewer tracks).",
    ]);
    expect(await shown(".charts-note")).toContainEqual(expect.stringContaining("Sample data"));
    expect(await shown(".charts-old")).toEqual(["Out of date: updated 3 days ago"]);
    expect(await shown(".charts-basis")).toEqual([
      "Plays counted on SoundCloud, Spotify.Compared with the previous chart, from Mon, Dec 1, 2025.",
    ]);
  });

  test.each([
    ["anomaly", "the newer count looks wrong"],
    ["stale", "only repeated since"],
    ["failed", "counting failed since"],
    ["missing", "no newer count"],
  ])("says that plays are of an older day since then the count is %s", async (status, why) => {
    const old = { status, date: "2025-12-02", in_change: [] };
    answer.tracks[0] = line(1, { spotify: ok, soundcloud: old });
    expect(await shown(".charts-older")).toEqual([`SoundCloud: plays from Tue, Dec 2, 2025, ${why}`]);
    expect((await shown(".charts-row .numbers > [aria-hidden]"))[0]).toBe(
      "1K plays · +70 in 7 days without SoundCloud",
    );
  });

  test.each([
    ["anomaly", "its count looks wrong"],
    ["stale", "it repeats an older count"],
    ["failed", "counting failed"],
    ["missing", "no count"],
  ])("says that plays leave a service out whose count is %s", async (status, why) => {
    answer.tracks[0] = line(1, { spotify: ok, soundcloud: { status, date: null, in_change: [] } });
    expect(await shown(".charts-older")).toEqual([`SoundCloud not included, ${why}`]);
  });

  test("says that a track has no count at all", async () => {
    answer.tracks[0] = line(1, {}, null);
    expect((await shown(".charts-facts > span"))[0]).toBe("No play count");
  });
});

describe("a track", () => {
  const historical = [
    ["2025-12-01", 100, null, "ok"],
    ["2025-12-02", 9000, 8900, "anomaly"],
    ["2025-12-03", 100, 0, "stale"],
    ["2025-12-04", null, null, "failed"],
    ["2025-12-06", 400, 300, "ok"],
  ].map(([date, count, delta, status]) => ({ date, count, delta, status }));
  const track = {
    isrc: "ZZTST2500001",
    services: {},
    ranks: [
      { genre: "pop", date: "2025-12-01", rank: 2, services: { spotify: 1 }, older_lists: {} },
      {
        genre: "pop",
        date: "2025-12-03",
        rank: 1,
        services: { spotify: 3 },
        older_lists: { spotify: "2025-12-01" },
      },
    ],
    chart_days: { pop: ["2025-12-01", "2025-12-03", "2025-12-04"] },
    counts: { spotify: { current: 400, last_updated: "2025-12-06T02:00:00Z", historical } },
    is_sample: false,
  } as unknown as ChartTrack;

  async function details(selector: string): Promise<string[]> {
    const [{ PlayCounts, Ranks }, { Services }] = await Promise.all([
      import("./track/history_charts.tsx"),
      import("./track/services.tsx"),
    ]);
    render(
      <>
        <Services track={track} />
        <PlayCounts track={track} />
        <Ranks track={track} />
      </>,
      place,
    );
    return [...place.querySelectorAll(selector)].map((one) => one.textContent?.trim() ?? "");
  }

  test("marks each day that has no count to rely on, in the line, below it, and in the table", async () => {
    const chart = '[aria-labelledby="chart-track-counts"]';
    expect(await details(`${chart} .chart-gap`)).toHaveLength(4);
    expect(await details(`${chart} .chart-touch`)).toEqual([
      "Dec 1: 100",
      "Dec 2: 9,000 (looks wrong)",
      "Dec 3: 100 (repeats an older count)",
      "Dec 4: failed",
      "Dec 5: no data",
      "Dec 6: 400",
    ]);
    expect(await details(`${chart} [role=img] p`)).toEqual([
      "1 day failed, 1 day without data, 1 day looks wrong, 1 day repeats an older count.",
    ]);
    const rows = await details(`${chart} tbody tr`);
    expect(rows.slice(1)).toEqual([
      "Dec 29,000 (looks wrong)–",
      "Dec 3100 (repeats an older count)–",
      "Dec 4failed–",
      "Dec 5no data–",
      "Dec 6400+300 in 5 days",
    ]);
  });

  test("marks ranks by older lists, days off the chart and days without one", async () => {
    const chart = '[aria-labelledby="chart-track-ranks"]';
    expect(await details(`${chart} tbody tr`)).toEqual([
      "Dec 12nd",
      "Dec 31st (older list: Spotify, Dec 1)",
      "Dec 4not on the chart",
    ]);
    expect(await details(`${chart} [role=img] p`)).toEqual(["1 day uses an older list from a service."]);
    expect(await details(`${chart} .chart-gap`)).toHaveLength(1);
  });

  test("says of which day its last rank, that list and its last count are", async () => {
    expect(await details(".chart-track-fact")).toEqual([
      "3rd in Pop, Dec 3 (list from Dec 1)",
      "400 plays (Dec 6)",
    ]);
  });
});
