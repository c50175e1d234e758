"""Random lists with random damage: no other number changes, unless a status beside it reports the damage.

What is right is computed here from the undamaged lists and counts, not by the pipeline.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from apps.charts.connectors.base import RecordedResponses
from apps.charts.models import ChartTrack, Edition, RawEdition
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.tests.bodies import Folder, Track, apple, isrc, spotify
from apps.counts.models import HistoricalViewCount, ViewCount
from apps.tunemeld.tests.misleading.world import (
    APPLE_ERROR,
    GRAPHQL,
    LISTED,
    OTHERS,
    SERVICES,
    SPANS,
    WEEK,
    Series,
    check_graphql,
    day_of,
    first_named,
    named,
    responses,
    series_in,
)

# Days before today that are as they should be, and those that may be damaged, of which the last is today.
PAST, RECENT = (7, 4, 3, 2), (1, 0)
# Besides those of LISTED, on random days.
NEW = range(31, 36)
COUNTED = {"spotify": range(1, 21), "soundcloud": range(11, 31)}
# How a list is damaged as a whole, and its status then.
WHOLE = {
    "nothing": "missing",
    "garbage": "failed",
    "error": "failed",
    "unrelated": "quarantined",
    "half": "quarantined",
    "one track": "quarantined",
    "older": "stale",
}
# That day's list is given again as an "older" one.
OLDER = 3
Numbers = list[int]
ServiceDay = tuple[str, int]


def true_count(service: str, number: int, back: int) -> int:
    """No two tracks grow equally much."""
    days = 10 - back
    return (
        100_000 * number + (1880 + 10 * number) * days
        if service == "spotify"
        else 500_000 + 9000 * number + (980 + 10 * number) * days
    )


TRUTH: Series = {
    (isrc(number), service, str(day_of(back))): (true_count(service, number, back), "ok")
    for service in COUNTED
    for number in range(1, NEW.stop)
    for back in (*PAST, *RECENT)
}


def undamaged(service: str, back: int) -> Numbers:
    """Another order each day, so that an older list is no copy of the last one."""
    listed = [*LISTED[service]]
    return listed[back:] + listed[:back]


@dataclass
class Story:
    """What the services would say if they were right, and how that is damaged; by service and day."""

    lists: dict[ServiceDay, Numbers] = field(default_factory=dict)
    whole: dict[ServiceDay, str] = field(default_factory=dict)
    # By place: what its line is instead.
    lines: dict[ServiceDay, dict[int, Track]] = field(default_factory=dict)
    # The numbers whose places are other than they should be.
    lost: dict[ServiceDay, set[int]] = field(default_factory=dict)
    counts: dict[ServiceDay, dict[int, int]] = field(default_factory=dict)
    more_rows: list[str] = field(default_factory=list)

    def write(self, folder: Folder, days: Sequence[int]) -> None:
        for service in SERVICES:
            for back in days:
                if body := self._body(service, back):
                    folder.put(service, "pop", str(day_of(back)), body)
        rows = [
            f'{day_of(back)},"{first_named(number)[1]} - {first_named(number)[0]}",{total}'
            for back in (*PAST, *RECENT)
            for number, total in self._counts_on("spotify", back).items()
        ]
        text = "\n".join(["date,artist_title,streams_total", *rows, *self.more_rows])
        (folder.path / "counts.csv").write_text(text)

    def _counts_on(self, service: str, back: int) -> dict[int, int]:
        right = {number: true_count(service, number, back) for number in range(1, NEW.stop)}
        return {n: c for n, c in (right | self.counts.get((service, back), {})).items() if c >= 0}

    def _body(self, service: str, back: int) -> bytes | None:
        write = first_named if service == "soundcloud" else named
        kind, listed = self.whole.get((service, back)), self.lists[service, back]
        if kind == "nothing":
            return None
        if kind in {"garbage", "error"}:
            return APPLE_ERROR if kind == "error" else b"oops"
        if kind == "older":
            return _written(
                service, [*map(write, undamaged(service, OLDER))], self._counts_on(service, OLDER)
            )
        lines = [self.lines.get((service, back), {}).get(place, write(n)) for place, n in enumerate(listed)]
        if kind == "unrelated":
            lines = OTHERS[: len(listed)]
        elif kind:
            lines = lines[:10] if kind == "half" else lines[:1] * len(listed)
        return _written(service, lines, self._counts_on(service, back))

    def unreadable(self, service: str, back: int) -> int:
        return sum(not name for name, _, _ in self.lines.get((service, back), {}).values())

    def status(self, service: str, back: int) -> str:
        return WHOLE.get(self.whole.get((service, back), ""), "ok")

    def used(self, service: str, back: int) -> int:
        """The day of the list that the chart of a day uses."""
        if self.whole.get((service, back)) == "older" and service != "soundcloud":
            return OLDER
        return min(b for b in (*PAST, *RECENT) if b >= back and self.status(service, b) == "ok")

    def last_status(self, service: str, back: int) -> str:
        """Of its last list since that day."""
        since = [one for one in range(back) if self.status(service, one) != "missing"]
        return self.status(service, min(since, default=back))

    def charts(self) -> list[int]:
        """The days with a chart, the newest first."""
        return [
            back
            for back in sorted((*PAST, *RECENT))
            if any(self.status(service, back) == "ok" for service in SERVICES)
        ]


def _written(service: str, lines: Sequence[Track], plays: Mapping[int, int]) -> bytes:
    if service != "soundcloud":
        return {"spotify": spotify, "apple_music": apple}[service](lines)
    items = []
    for place, (title, artist, code) in enumerate(lines):
        # Other titles have lines too, of which no count is known.
        number = int(title.rpartition(" ")[2]) if title.startswith("Won't") else 900 + place
        items.append(
            {
                **{
                    "id": 7000 + number,
                    "title": title,
                    "playCount": plays.get(number, 1000 + 7 * place if number > 900 else None),
                },
                **{"publisher": {"artist": artist, "isrc": code}, "user": {"name": "somebody"}},
            }
        )
    return json.dumps({"status": True, "tracks": {"items": items}}).encode()


def past() -> Story:
    return Story({(service, back): undamaged(service, back) for service in SERVICES for back in PAST})


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = past()
    for service in SERVICES:
        for back in RECENT:
            key = (service, back)
            listed = story.lists[key] = undamaged(service, back)
            for place in draw(st.lists(st.integers(0, 18), max_size=3)):
                listed[place : place + 2] = listed[place : place + 2][::-1]
            for place, new in draw(
                st.dictionaries(st.integers(0, 19), st.sampled_from(NEW), max_size=2)
            ).items():
                if new not in listed:
                    listed[place] = new
            kind = draw(st.sampled_from(["", "", "lines", "lines", *WHOLE]))
            if kind == "lines":
                story.lines[key], story.lost[key] = draw(damaged_lines(service, listed))
            elif kind:
                story.whole[key] = kind
    for service in COUNTED:
        # A second such count in a row would be a new level.
        back = draw(st.sampled_from(RECENT))
        story.counts[service, back] = draw(damaged_counts(service, back))
    if draw(st.booleans()):
        story.more_rows = [f'{day_of(back)},"Ada 12 - Won\'t Stop & Go 12",-5' for back in RECENT]
    return story


@st.composite
def damaged_lines(draw: st.DrawFn, service: str, listed: Numbers) -> tuple[dict[int, Track], set[int]]:
    write = first_named if service == "soundcloud" else named
    place = draw(st.integers(0, 19))
    other = draw(st.integers(0, 19).filter(lambda one: one != place and listed[one] not in NEW))
    lost = {listed[place]}
    kind = draw(st.sampled_from(["unreadable", "unknown", "of another", "twice", "exchanged"]))
    if kind in {"twice", "exchanged"}:
        lines = {place: write(listed[other])}
        if kind == "exchanged":
            lines[other] = write(listed[place])
        if kind == "exchanged" or place < other:
            lost.add(listed[other])
        return lines, lost
    line: Track = ("", "", None) if kind == "unreadable" else OTHERS[place]
    code = isrc(listed[other]) if kind == "of another" and service != "apple_music" else line[2]
    return {place: (line[0], line[1], code)}, lost


@st.composite
def damaged_counts(draw: st.DrawFn, service: str, back: int) -> dict[int, int]:
    """By number; less than 0 for none."""
    counts = {number: true_count(service, number, back) for number in COUNTED[service]}
    # A list of SoundCloud with such plays is an "older" one.
    kinds = ["", "some", "some", "zeros", "halves", "none", *["older"] * (service == "spotify")]
    kind = draw(st.sampled_from(kinds))
    if kind == "some":
        wrong = draw(st.dictionaries(st.sampled_from([*counts]), st.sampled_from([0, 0.5, 100]), max_size=5))
        return {number: int(counts[number] * factor) for number, factor in wrong.items()}
    change = {"zeros": 0, "halves": 0.5, "none": -1}.get(kind)
    if kind == "older":
        return {number: true_count(service, number, PAST[-1]) for number in counts}
    return {} if change is None else {number: int(count * change) for number, count in counts.items()}


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """Nothing but the past is in the database."""
    for model in (RawEdition, Edition, ChartTrack, HistoricalViewCount, ViewCount):
        model.objects.all().delete()
    story, folder = past(), Folder(tmp_path / "past")
    folder.path.mkdir()
    story.counts = {("spotify", back): dict.fromkeys(range(1, NEW.stop), -1) for back in RECENT}
    story.write(folder, PAST)
    records = run_pipeline(Plan(connector=RecordedResponses(folder.path)))
    assert {record.status for record in records} == {"succeeded"}
    return tmp_path


@pytest.mark.django_db
@pytest.mark.one_database
@pytest.mark.timeout(600)
# An example takes half a second of processor time: shrinking would take minutes.
@settings(max_examples=max(5, settings().max_examples // 3), phases=[Phase.generate])
@given(story=stories())
def test_damaged_input_changes_no_other_number_without_a_status(before: Path, story: Story):
    folder = Folder(before / str(len([*before.iterdir()])))
    folder.path.mkdir()
    story.write(folder, RECENT)
    with transaction.atomic():
        run_pipeline(Plan(connector=RecordedResponses(folder.path)))

        check_everything(story)

        transaction.set_rollback(True)


def check_everything(story: Story) -> None:
    answers = responses()
    dated = {back: chart_on(back) for back in (*PAST, *RECENT)}
    days = story.charts()
    for back, chart in dated.items():
        assert chart["date"] == str(day_of(next(day for day in days if day >= back)))
    newest = answers["charts/pop/"]["data"]
    assert answers["playlist-data/pop/"]["data"] == newest
    assert newest | {"sources": []} == dated[0] | {"sources": []}
    assert {one["service"]: one["status"] for one in newest["sources"]} == {
        service: story.last_status(service, days[0]) for service in SERVICES
    }
    check_orders(answers)
    counted = series_in(answers)
    for back in days:
        check_chart(story, dated[back], back)
        check_movements(dated, days, back)
    check_counts(newest, counted, days[0])
    check_series(story, counted)
    check_trends(answers, counted)
    check_graphql(answers, TRUTH, set())
    check_lists(story, answers)


def chart_on(back: int) -> dict[str, Any]:
    chart: dict[str, Any] = Client().get(f"/api/charts/pop/?date={day_of(back)}").json()["data"]
    for track in chart["tracks"]:
        for name in ("cover_url", "url"):
            track.pop(name, None)
        for place in track["services"].values():
            place.pop("url")
    return chart


def check_orders(answers: Mapping[str, Any]) -> None:
    by_rank = answers["charts/pop/"]["data"]["tracks"]
    values = {"plays": lambda one: one["plays"]["total"], "trending": lambda one: one["change"]["7d"]}
    for order, value in values.items():
        tracks = sorted(by_rank, key=lambda one: (value(one) is None, -(value(one) or 0), one["rank"]))
        assert answers[f"charts/pop/?sort={order}"]["data"]["tracks"] == tracks


def check_chart(story: Story, chart: Mapping[str, Any], back: int) -> None:
    """Ranks are those of the lists that the chart names, and the order follows from them."""
    used = {service: story.used(service, back) for service in SERVICES}
    assert {one["service"]: (one["status"], one["date"], one["unreadable"]) for one in chart["sources"]} == {
        service: (story.status(service, back), str(day_of(day)), story.unreadable(service, day))
        for service, day in used.items()
    }
    places = {
        service: {isrc(n): place for place, n in enumerate(story.lists[service, day], start=1)}
        for service, day in used.items()
    }
    lost = {isrc(n) for service, day in used.items() for n in story.lost.get((service, day), ())}
    now = {
        track["isrc"]: {s: one["rank"] for s, one in track["services"].items()} for track in chart["tracks"]
    }
    codes = {code for of_service in places.values() for code in of_service}
    for code in codes - lost:
        wanted = {service: places[service][code] for service in SERVICES if code in places[service]}
        if code in map(isrc, NEW):
            # Whether Apple Music's line is known depends on the other lists.
            assert now.get(code, {}).items() <= wanted.items()
        else:
            assert now.get(code) == (wanted if len(wanted) > 1 else None), code
    assert now.keys() <= codes
    order = sorted(
        now,
        key=lambda one: (sum(now[one].values()) + 1000 * (3 - len(now[one])), min(now[one].values()), one),
    )
    assert [(track["isrc"], track["rank"]) for track in chart["tracks"]] == [
        (code, rank) for rank, code in enumerate(order, start=1)
    ]


def check_movements(dated: Mapping[int, Mapping[str, Any]], days: Sequence[int], back: int) -> None:
    ranks = {
        day: {track["isrc"]: track["rank"] for track in dated[day]["tracks"]} for day in days if day >= back
    }
    last, *earlier = [ranks[day] for day in sorted(ranks)]
    for track in dated[back]["tracks"]:
        code, was = track["isrc"], earlier[0].get(track["isrc"]) if earlier else None
        known = [one[code] for one in ranks.values() if code in one]
        assert (track["days_on_chart"], track["peak"]) == (len(known), min(known))
        by = was - last[code] if was else 0
        kind = (
            ("up" if by > 0 else "down" if by else "same")
            if was
            else "new"
            if len(known) == 1
            else "re-entry"
        )
        assert track["movement"] == {"kind": kind, "by": abs(by)}


def check_counts(chart: Mapping[str, Any], counted: Series, back: int) -> None:
    """Each figure is that of the day it names; changes are of days that are counted and so far apart."""
    day = day_of(back)
    for track in chart["tracks"]:
        code, plays = track["isrc"], track["plays"]
        good = {
            service: [one for one in range(back, back + WEEK + 1) if is_ok(counted, code, service, one)]
            for service in COUNTED
        }
        for service, of_day in track["counts"].items():
            of_service = good.get(service, [])
            assert (of_day["status"] == "ok") == (of_day["date"] == str(day)) == (back in of_service)
            assert of_day["date"] == (str(day_of(of_service[0])) if of_service else None)
            spans = [span for span, days in SPANS.items() if {back, back + days} <= {*of_service}]
            assert of_day["in_change"] == spans, (code, service)
        figures = {s: true(code, s, days[0]) for s, days in good.items() if days}
        assert {service: plays[service] for service in figures} == figures, code
        assert plays["total"] == (sum(figures.values()) if figures else None)
        for span, days in SPANS.items():
            rises = [
                rise(code, s, back, days) for s, of in track["counts"].items() if span in of["in_change"]
            ]
            assert track["change"][span] == (sum(rises) if rises else None), (code, span)


def is_ok(counted: Series, code: str, service: str, back: int) -> bool:
    return counted.get((code, service, str(day_of(back))), (None, ""))[1] == "ok"


def true(code: str, service: str, back: int) -> int:
    return int(TRUTH[code, service, str(day_of(back))][0])


def rise(code: str, service: str, back: int, days: int) -> int:
    return true(code, service, back) - true(code, service, back + days)


def check_series(story: Story, counted: Series) -> None:
    """Everywhere the same, true where it is `ok`, and `ok` where nothing was damaged."""
    for key, (count, status) in counted.items():
        assert status != "ok" or count == TRUTH[key][0], key
    for service, back in ((service, back) for service in COUNTED for back in RECENT):
        wrong = story.counts.get((service, back), {})
        right = set(COUNTED[service])
        if service == "soundcloud":
            is_listed = (service, back) not in story.whole
            lost = story.lost.get((service, back), set())
            right = {*story.lists[service, back]} - lost if is_listed else set()
        for code in map(isrc, right - wrong.keys()):
            known = counted.get((code, service, str(day_of(back))))
            assert known is None or known[1] == "ok", (code, service, back)


def check_trends(answers: Mapping[str, Any], counted: Series) -> None:
    trends = answers["trending-isrcs/"]["data"]
    assert [one["change"] for one in trends] == sorted((one["change"] for one in trends), reverse=True)
    for one in trends:
        back = next(back for back in (*RECENT, *PAST) if str(day_of(back)) == one["date"])
        compared = [service for service, status in one["counts"].items() if status == "ok"]
        rises = [rise(one["isrc"], service, back, WEEK) for service in compared]
        assert compared
        assert one["change"] == sum(rises), one
        for service in compared:
            key = (one["isrc"], service, one["date"])
            assert counted.get(key, ("", "ok"))[1] == "ok", key


def check_lists(story: Story, answers: Mapping[str, Any]) -> None:
    for service in SERVICES:
        one = answers[f"charts/pop/{service}/"]["data"]
        assert answers[f"service-playlist/pop/{service}/"]["data"] == one
        last = next(b for b in (0, 1, 2) if story.status(service, b) != "missing")
        back = story.used(service, last)
        assert (one["status"], one["date"]) == (story.status(service, last), str(day_of(back)))
        assert one["unreadable"] == story.unreadable(service, back)
        lost = story.lost.get((service, back), set())
        places = {track["rank"]: track["isrc"] for track in one["tracks"]}
        for place, number in enumerate(story.lists[service, back], start=1):
            if number not in lost and number not in NEW:
                assert places[place] == isrc(number)
        of_graphql = answers[GRAPHQL[SERVICES.index(service) + 1]]["data"]["playlist"]["tracks"]
        assert [track["isrc"] for track in of_graphql] == [*filter(None, places.values())]
