"""A small world of recorded answers whose last day may be wrong, and all that clients are told of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.charts.graphql.answers import answers as kept_answers
from apps.charts.models import StageRun
from apps.charts.pipeline import Plan, run_pipeline
from apps.charts.recordings import Recordings
from apps.charts.tests.bodies import Folder, Track, apple, isrc, spotify

# Days before today; the first is a week ago, for changes of a week. Apple Music's order is another each day,
# so that an older list tells other ranks.
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
    """What the services say on a day; a body in place of lines is given as it is, None is no answer."""

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
        rise = 1000 * (10 - self.back)
        self.plays = {place: 50_000 + 10_000 * place + rise for place in range(1, 61)}
        self.totals = {number: 100_000 * number + 2 * rise for number in LISTED["spotify"]}

    def body(self, service: str) -> bytes | None:
        told = getattr(self, service)
        if told is None or isinstance(told, bytes):
            return told
        return {"spotify": spotify, "apple_music": apple, "soundcloud": self._soundcloud}[service](told)

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
        records = run_pipeline(Plan(supply=Recordings(self.folder.path)))
        return {record.stage: record for record in records}


def told() -> dict[str, Any]:
    """Every answer of REST and GraphQL about the world, without LEFT_OUT."""
    cache.clear()
    kept_answers.clear()
    client = Client()
    rest = {path: client.get(f"/api/{path}").json() for path in REST}
    asked = {
        query: client.post("/api/gql/", {"query": query}, content_type="application/json").json()
        for query in GRAPHQL
    }
    found: dict[str, Any] = _compared(rest | asked)
    assert not any("errors" in answer for answer in asked.values()), asked
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
    for code in before.keys() - left_out:
        one, true = now[code], before[code]
        assert one["services"].keys() == true["services"].keys(), code
        for service, place in one["services"].items():
            assert place["rank"] == true["services"][service]["rank"] or sources[service] != "ok"
        for service in COUNTED:
            check_count(one, true, service)
        is_doubtful = any(count["status"] != "ok" for count in one["counts"].values() if count["date"])
        for back, change in one["change"].items():
            assert change == true["change"][back] or (
                is_doubtful and abs(change or 0) <= true["change"][back]
            )
        assert one["days_on_chart"] == true["days_on_chart"]
        if not damaged and set(sources.values()) == {"ok"}:
            assert [one[name] for name in PLACE] == [true[name] for name in PLACE], code
    for series in (_graph_in, _gql_in, _pages_in):
        check_series(series(answers), series(truth), left_out)
    check_trends(answers, truth, left_out)
    check_lists(answers, truth, left_out)
    check_graphql(answers, truth, left_out)
    if is_past_the_same:
        check_pages(answers, truth, left_out, is_whole=not damaged)


def check_trends(answers: Mapping[str, Any], truth: Mapping[str, Any], left_out: set[str]) -> None:
    trends = {track["isrc"]: track["change"] for track in truth["trending-isrcs/"]["data"]}
    for track in answers["trending-isrcs/"]["data"]:
        if track["isrc"] not in left_out:
            is_whole = all(track["counts"].get(service) in {"ok", None} for service in COUNTED)
            assert track["change"] == trends[track["isrc"]] or not is_whole
            assert 0 <= track["change"] <= trends[track["isrc"]]


def check_lists(answers: Mapping[str, Any], truth: Mapping[str, Any], left_out: set[str]) -> None:
    """A list that is not today's says its day and a status."""
    for path in (
        f"{begin}/pop/{service}/" for begin in ("charts", "service-playlist") for service in SERVICES
    ):
        one, true = answers[path]["data"], truth[path]["data"]
        assert one["status"] == "ok" or one["date"] < true["date"]
        if one["date"] == true["date"]:
            ranks = {track["isrc"]: track["rank"] for track in true["tracks"]}
            for track in one["tracks"]:
                assert track["isrc"] in {None, *left_out} or track["rank"] == ranks[track["isrc"]]


def check_graphql(answers: Mapping[str, Any], truth: Mapping[str, Any], left_out: set[str]) -> None:
    """Plays and percentages are the true ones, unless the track's newest day has a status."""
    doubtful: dict[str, bool] = {}
    for query in GRAPHQL[:-1]:
        trues = {track["isrc"]: track for track in truth[query]["data"]["playlist"]["tracks"]}
        for track in answers[query]["data"]["playlist"]["tracks"]:
            newest = [counts["historical"][0] for counts in track["viewCountDataJson"].values()]
            days = [(day["date"], day["status"]) for day in newest]
            is_doubtful = any(day != (str(day_of(0)), "ok") for day in days if day[1] != "missing" or day[0])
            doubtful[track["isrc"]] = is_doubtful
            if track["isrc"] in trues.keys() - left_out and not is_doubtful:
                assert {name: track[name] for name in FIGURES} == {
                    name: trues[track["isrc"]][name] for name in FIGURES
                }
    counted = {track["isrc"]: track for track in truth[GRAPHQL[-1]]["data"]["tracksPlayCounts"]}
    for track in answers[GRAPHQL[-1]]["data"]["tracksPlayCounts"]:
        if track["isrc"] not in left_out and not doubtful.get(track["isrc"], True):
            assert track == counted[track["isrc"]]


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


def check_count(one: Mapping[str, Any], true: Mapping[str, Any], service: str) -> None:
    """Else it is an older figure, which says its day."""
    if one["plays"][service] != true["plays"][service]:
        count = one["counts"][service]
        assert count["status"] != "ok"
        assert count["date"] < str(day_of(0))
        assert 0 < one["plays"][service] < true["plays"][service]


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
        for track in answers[GRAPHQL[0]]["data"]["playlist"]["tracks"]
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


def check_series(series: Series, truth: Series, left_out: set[str]) -> None:
    for key, (count, status) in series.items():
        if key[0] not in left_out and key in truth:
            assert status != "ok" or count == truth[key][0], key
