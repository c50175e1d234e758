"""A small world of recorded responses whose last day may be wrong, and all responses to clients about it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.charts.connectors.base import RecordedResponses
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.pipeline_models import StageRun
from apps.charts.tests.bodies import Folder, Track, apple, isrc, spotify

# Days before today; the first is a week ago, for changes of a week. Apple Music's order is another each day,
# so that an older list has other ranks.
DAYS = (7, 4, 3, 2, 1, 0)
LISTED = {"spotify": range(1, 21), "apple_music": range(6, 26), "soundcloud": range(11, 31)}
SERVICES = tuple(LISTED)
COUNTED = ("spotify", "soundcloud")
REST = (
    *("charts/", "charts/pop/", "charts/pop/?sort=plays", "charts/pop/?sort=trending", "trending-isrcs/"),
    *(f"charts/pop/{service}/" for service in SERVICES),
    *("graph-data/pop/", "playlist-data/pop/", "last-updated/pop/", "header-art/pop/"),
    *(f"service-playlist/pop/{service}/" for service in SERVICES),
    *(f"charts/tracks/{isrc(number)}/" for number in (8, 12, 22)),
)
TRACK = """isrc fullTrackName fullArtistName tunemeldRank spotifyRank appleMusicRank soundcloudRank
    aggregateScore totalCurrentPlayCount totalWeeklyChangePercentage spotifyCurrentPlayCount
    viewCountDataJson"""
PER_SERVICE = " ".join(
    f"{service}CurrentPlayCount {service}WeeklyChangePercentage" for service in ("spotify", "soundcloud")
)
ISRCS = [isrc(number) for number in range(6, 26)]
GRAPHQL = (
    *(
        f'{{ playlist(genre: "pop", service: "{service}") {{ tracks {{ {TRACK} }} }} }}'
        for service in ("tunemeld", *SERVICES)
    ),
    f"{{ tracksPlayCounts(isrcs: {json.dumps(ISRCS)}) {{ isrc totalCurrentPlayCount {PER_SERVICE} }} }}",
)
FIGURES = ("totalCurrentPlayCount", "totalWeeklyChangePercentage", "spotifyCurrentPlayCount")
PLACE = ("rank", "movement")
WEEK = 7
SPANS = {"1d": 1, "7d": WEEK, "30d": 30}
# When something was taken, and what services call it: other names have other ids here.
LEFT_OUT = {"fetched_at", "last_updated", "url", "cover_url", "service_track_id"}


# Apple Music's list as it is on that day.
OF_ITS_DAY = b"of its day"


def day_of(back: int) -> date:
    return timezone.now().date() - timedelta(days=back)


def named(number: int) -> Track:
    """As Spotify and Apple Music name everyone."""
    return (f"Won't Stop & Go {number}", f"Ada {number}, Bo", isrc(number))


def first_named(number: int) -> Track:
    """As SoundCloud names an upload."""
    return (f"Won't Stop & Go {number}", f"Ada {number}", isrc(number))


@dataclass
class Day:
    """What the services say on a day; a body in place of lines is used as it is, None is no response."""

    back: int
    spotify: list[Track] | bytes | None = field(default_factory=lambda: list(map(named, LISTED["spotify"])))
    apple_music: list[Track] | bytes | None = OF_ITS_DAY
    soundcloud: list[Track] | bytes | None = field(
        default_factory=lambda: list(map(first_named, LISTED["soundcloud"]))
    )
    # By number; those of SoundCloud by the place on its list.
    plays: dict[int, int] = field(default_factory=dict)
    totals: dict[int, int] = field(default_factory=dict)
    more_rows: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.apple_music is OF_ITS_DAY:
            turned = [*LISTED["apple_music"]][self.back :] + [*LISTED["apple_music"]][: self.back]
            self.apple_music = list(map(named, turned))
        # Number 12, which is SoundCloud's second, by 1,000 and 2,000 a day; no two equally much.
        days = 10 - self.back
        self.plays = {place: 50_000 + 10_000 * place + (980 + 10 * place) * days for place in range(1, 61)}
        self.totals = {number: 100_000 * number + (1880 + 10 * number) * days for number in LISTED["spotify"]}

    def body(self, service: str) -> bytes | None:
        lines = getattr(self, service)
        if lines is None or isinstance(lines, bytes):
            return lines
        return {"spotify": spotify, "apple_music": apple, "soundcloud": self._soundcloud}[service](lines)

    def _soundcloud(self, tracks: Sequence[Track]) -> bytes:
        items = [
            {
                **{"id": 7000 + place, "title": title, "playCount": self.plays[place]},
                **{"publisher": {"artist": artist, "isrc": code}, "user": {"name": "somebody"}},
            }
            for place, (title, artist, code) in enumerate(tracks, start=1)
        ]
        return json.dumps({"status": True, "tracks": {"items": items}}).encode()

    @property
    def rows(self) -> list[str]:
        rows = (
            f'{day_of(self.back)},"{first_named(number)[1]} - {first_named(number)[0]}",{total}'
            for number, total in self.totals.items()
        )
        return [*rows, *self.more_rows]


class World:
    def __init__(self, path: Path) -> None:
        self.folder = Folder(path)
        self.days = {back: Day(back) for back in DAYS}

    def put(self, *days: Day) -> None:
        """In place of what was there of these days; the table has all days that were put."""
        for day in days:
            self.days[day.back] = day
            for service in SERVICES:
                if body := day.body(service):
                    self.folder.put(service, "pop", str(day_of(day.back)), body)
        known = [
            row for back in DAYS if back >= min(one.back for one in days) for row in self.days[back].rows
        ]
        text = "\n".join(["date,artist_title,streams_total", *known])
        (self.folder.path / "counts.csv").write_text(text)

    def run(self) -> dict[str, StageRun]:
        records = run_pipeline(Plan(connector=RecordedResponses(self.folder.path)))
        return {record.stage: record for record in records}


def responses() -> dict[str, Any]:
    """Every response of REST and GraphQL about the world, without LEFT_OUT."""
    cache.clear()
    client = Client()
    rest = {path: client.get(f"/api/{path}").json() for path in REST}
    asked = {
        query: client.post("/api/gql/", {"query": query}, content_type="application/json").json()
        for query in GRAPHQL
    }
    found: dict[str, Any] = _compared(rest | asked)
    assert not any("errors" in response for response in asked.values()), asked
    return found


def _compared(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _compared(one) for key, one in value.items() if key not in LEFT_OUT}
    return [_compared(one) for one in value] if isinstance(value, list) else value


def chart_in(answers: Mapping[str, Any]) -> dict[str, Any]:
    chart: dict[str, Any] = answers["charts/pop/"]["data"]
    return chart


def tracks_in(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {track["isrc"]: track for track in chart_in(answers)["tracks"]}


def sources_in(answers: Mapping[str, Any]) -> dict[str, str]:
    return {source["service"]: source["status"] for source in chart_in(answers)["sources"]}


def check(
    answers: Mapping[str, Any],
    truth: Mapping[str, Any],
    *,
    damaged: Sequence[int] = (),
    is_past_the_same: bool = True,
) -> None:
    """No number of an undamaged track is another than in truth, unless a status beside it says so."""
    left_out = {isrc(number) for number in damaged}
    sources, before, now = sources_in(answers), tracks_in(truth), tracks_in(answers)
    assert before.keys() - left_out <= now.keys() - left_out
    counts = _gql_in(truth)
    for code in before.keys() - left_out:
        one, true = now[code], before[code]
        assert one["services"].keys() == true["services"].keys(), code
        for service, place in one["services"].items():
            assert place["rank"] == true["services"][service]["rank"] or sources[service] != "ok"
        check_plays(one, true, counts)
        assert one["days_on_chart"] == true["days_on_chart"]
        if not damaged and set(sources.values()) == {"ok"}:
            assert [one[name] for name in PLACE] == [true[name] for name in PLACE], code
    for series in (_graph_in, _gql_in, _pages_in):
        check_series(series(answers), series(truth), left_out)
    check_trends(answers, truth, left_out)
    check_lists(answers, truth, left_out)
    check_graphql(answers, counts, left_out)
    if is_past_the_same:
        check_pages(answers, truth, left_out, is_whole=not damaged)


def check_plays(one: Mapping[str, Any], true: Mapping[str, Any], counts: "Series") -> None:
    """Each figure is the true one of the day that it names, and each change that of the services it names."""
    code = one["isrc"]
    for service, of_day in one["counts"].items():
        is_ok = of_day["status"] == "ok"
        assert is_ok == (of_day["date"] == str(day_of(0))), (code, service)
        assert of_day["in_change"] == (true["counts"][service]["in_change"] if is_ok else []), (code, service)
        if of_day["date"]:
            assert one["plays"][service] == counts[code, service, of_day["date"]][0], (code, service)
    figures = [one["plays"][service] for service, of_day in one["counts"].items() if of_day["date"]]
    assert one["plays"]["total"] == (sum(figures) if figures else None), code
    for span, back in SPANS.items():
        compared = [service for service, of_day in one["counts"].items() if span in of_day["in_change"]]
        rises = [_rise(counts, code, service, back) for service in compared]
        assert one["change"][span] == (sum(rises) if rises else None), (code, span)


def _rise(counts: "Series", code: str, service: str, back: int) -> int:
    return int(counts[code, service, str(day_of(0))][0] - counts[code, service, str(day_of(back))][0])


def check_trends(answers: Mapping[str, Any], truth: Mapping[str, Any], left_out: set[str]) -> None:
    counts = _gql_in(truth)
    for track in answers["trending-isrcs/"]["data"]:
        if track["isrc"] not in left_out:
            compared = [service for service, status in track["counts"].items() if status == "ok"]
            assert track["change"] == sum(_rise(counts, track["isrc"], one, WEEK) for one in compared)


def check_lists(answers: Mapping[str, Any], truth: Mapping[str, Any], left_out: set[str]) -> None:
    """A list that is not today's says its day and a status."""
    for path in (
        f"{begin}/pop/{service}/" for begin in ("charts", "service-playlist") for service in SERVICES
    ):
        one, true = answers[path]["data"], truth[path]["data"]
        # Of a day without any list, that is the status of the last one.
        status = sources_in(answers)[path.split("/")[-2]]
        assert one["status"] == ("ok" if status == "missing" else status)
        assert status == "ok" or one["date"] < true["date"]
        if one["date"] == true["date"]:
            ranks = {track["isrc"]: track["rank"] for track in true["tracks"]}
            for track in one["tracks"]:
                assert track["isrc"] in {None, *left_out} or track["rank"] == ranks[track["isrc"]]


def check_graphql(answers: Mapping[str, Any], counts: "Series", left_out: set[str]) -> None:
    """Plays are the last that have no other status, percentages of the track's last day; all exactly.

    `counts` are the true ones.
    """
    expected = dict[str, dict[str, Any]]()
    for query in GRAPHQL[:-1]:
        for track in answers[query]["data"]["playlist"]["tracks"]:
            if track["isrc"] in left_out or not track["isrc"]:
                continue
            found = expected[track["isrc"]] = _figures(track, counts)
            assert {name: track[name] for name in FIGURES} == {name: found[name] for name in FIGURES}
    for track in answers[GRAPHQL[-1]]["data"]["tracksPlayCounts"]:
        if track["isrc"] in expected:
            assert track == {name: expected[track["isrc"]][name] for name in track}


def _figures(track: Mapping[str, Any], counts: "Series") -> dict[str, Any]:
    """What GraphQL is to say of a track with these days, each of which has the true figure or a status."""
    code, figures, weeks = track["isrc"], dict[str, Any](), list[tuple[int, int]]()
    histories = {service: one["historical"] for service, one in track["viewCountDataJson"].items()}
    newest = max((days[0]["date"] for days in histories.values() if days), default=str(day_of(0)))
    week_before = str(date.fromisoformat(newest) - timedelta(days=WEEK))
    for service in COUNTED:
        days = [day["date"] for day in histories.get(service, []) if day["status"] == "ok"]
        figures[f"{service}CurrentPlayCount"] = counts[code, service, days[0]][0] if days else None
        is_both = days[:1] == [newest] and week_before in days
        week = [counts[code, service, day][0] for day in (newest, week_before)] if is_both else None
        weeks += [(week[0], week[1])] if week else []
        figures[f"{service}WeeklyChangePercentage"] = _growth(weeks[-1:] if week else [])
    known = [count for name, count in figures.items() if name.endswith("PlayCount") and count is not None]
    return figures | {
        "isrc": code,
        "totalCurrentPlayCount": sum(known) if known else None,
        "totalWeeklyChangePercentage": _growth(weeks),
    }


def _growth(weeks: Sequence[tuple[int, int]]) -> float | None:
    now, before = (sum(part) for part in zip(*weeks, strict=True)) if weeks else (0, 0)
    return round((now - before) * 100 / before, 2) if before else None


def check_pages(
    answers: Mapping[str, Any], truth: Mapping[str, Any], left_out: set[str], *, is_whole: bool
) -> None:
    for path in (path for path in REST if path.startswith("charts/tracks/")):
        one, true = answers[path]["data"], truth[path]["data"]
        for place, true_place in zip(one["ranks"], true["ranks"], strict=True):
            ranks, true_ranks = place["services"], true_place["services"]
            for service in ranks.keys() - place["older_lists"].keys():
                assert one["isrc"] in left_out or ranks[service] == true_ranks[service]
            assert place["rank"] == true_place["rank"] or place["older_lists"] or not is_whole


Series = dict[tuple[str, str, str], tuple[Any, str]]


def _graph_in(answers: Mapping[str, Any]) -> Series:
    return {
        (track["isrc"], service, day["date"]): (day["count"], day["status"])
        for track in answers["graph-data/pop/"]["data"]
        for service, counts in track["view_counts"].items()
        for day in counts["historical"]
    }


def _gql_in(answers: Mapping[str, Any]) -> Series:
    return {
        (track["isrc"], service, day["date"]): (day["count"], day["status"])
        for query in GRAPHQL[:-1]
        for track in answers[query]["data"]["playlist"]["tracks"]
        for service, counts in track["viewCountDataJson"].items()
        for day in counts["historical"]
    }


def _pages_in(answers: Mapping[str, Any]) -> Series:
    return {
        (page["isrc"], service, day["date"]): (day["count"], day["status"])
        for page in (answers[path]["data"] for path in REST if path.startswith("charts/tracks/"))
        for service, counts in page["counts"].items()
        for day in counts["historical"]
    }


def series_in(answers: Mapping[str, Any]) -> Series:
    """The counts of all histories, which say the same wherever they are shown."""
    found = [_graph_in(answers), _gql_in(answers), _pages_in(answers)]
    for one in found:
        assert {key: one[key] for key in one.keys() & found[1].keys()}.items() <= found[1].items()
    return found[0] | found[1] | found[2]


def check_series(series: Series, truth: Series, left_out: set[str]) -> None:
    assert series
    for key, (count, status) in series.items():
        if key[0] not in left_out and key in truth:
            assert status != "ok" or count == truth[key][0], key


Damage = Callable[[Day], None]
ALL_OK = dict.fromkeys(SERVICES, "ok")
OTHERS: list[Track] = [(f"Elsewhere {number}", f"Dee {number}", None) for number in range(60)]
APPLE_ERROR = b'{"message": "Invalid API key."}'


def set_list(service: str, given: list[Track] | bytes | None) -> Damage:
    return lambda day: setattr(day, service, given)


def remove_today(world: World) -> None:
    """What the other tests left in the folder, of the day that is today by the clock."""
    for file in world.folder.path.glob(f"raw/*/*/{day_of(0)}.json"):
        file.unlink()
