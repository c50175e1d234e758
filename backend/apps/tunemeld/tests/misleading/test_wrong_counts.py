"""Counts that cannot be true say so wherever they are shown, and are part of no change."""

import random
from typing import Any

import pytest

from apps.charts.tests.bodies import isrc
from apps.counts.models import HistoricalViewCount, ViewCount
from apps.tunemeld.tests.misleading.world import (
    ALL_OK,
    GRAPHQL,
    Damage,
    Day,
    World,
    check,
    day_of,
    responses,
    set_list,
    sources_in,
    tracks_in,
)


def hundredfold(day: Day) -> None:
    day.totals[12] *= 100


def zeros(day: Day) -> None:
    day.plays = dict.fromkeys(day.plays, 0)


def halves(day: Day) -> None:
    day.plays = {place: count // 2 for place, count in day.plays.items()}


def copied_plays(day: Day) -> None:
    day.plays = Day(1).plays


def copied_totals(day: Day) -> None:
    day.totals = Day(1).totals


def one_more_total(day: Day) -> None:
    day.totals = {number: count + 1 for number, count in Day(1).totals.items()}


def more_plays(day: Day) -> None:
    day.plays = {place: count + 1234 for place, count in Day(1).plays.items()}


def one_percent_more(day: Day) -> None:
    day.totals = {number: round(count * 1.01) for number, count in Day(1).totals.items()}


def small_growths(day: Day) -> None:
    """Of any size up to a third of the usual."""
    rng = random.Random(17)
    day.plays = {place: count + rng.randrange(350) for place, count in Day(1).plays.items()}


def no_totals(day: Day) -> None:
    day.totals = {}


def negative(day: Day) -> None:
    day.plays = {place: -count for place, count in day.plays.items()}


def without_counts(day: Day) -> None:
    day.plays = dict.fromkeys(day.plays)  # type: ignore[assignment]


def two_totals(day: Day) -> None:
    day.more_rows = [day.rows[11].replace(",1220000", ",1230000")]


@pytest.mark.parametrize(
    ("damage", "service", "status", "stages"),
    [
        pytest.param(hundredfold, "spotify", "anomaly", {"succeeded"}, id="a hundred times too much of one"),
        pytest.param(zeros, "soundcloud", "anomaly", {"succeeded", "partly"}, id="zeros"),
        pytest.param(halves, "soundcloud", "anomaly", {"succeeded", "partly"}, id="halves"),
        pytest.param(copied_plays, "soundcloud", "stale", {"succeeded", "partly"}, id="a copy of a list"),
        pytest.param(copied_totals, "spotify", "stale", {"succeeded", "partly"}, id="a copy in a table"),
        pytest.param(one_more_total, "spotify", "stale", {"succeeded", "partly"}, id="one more of each"),
        pytest.param(more_plays, "soundcloud", "stale", {"succeeded", "partly"}, id="as many more of each"),
        pytest.param(one_percent_more, "spotify", "stale", {"succeeded", "partly"}, id="1 % more of each"),
        pytest.param(small_growths, "soundcloud", "anomaly", {"succeeded", "partly"}, id="random growths"),
        pytest.param(negative, "soundcloud", "missing", {"succeeded", "partly"}, id="negative counts"),
        pytest.param(without_counts, "soundcloud", "missing", {"succeeded", "partly"}, id="no counts"),
        pytest.param(two_totals, "spotify", "anomaly", {"succeeded"}, id="two totals of a day"),
        pytest.param(no_totals, "spotify", "missing", {"succeeded", "partly"}, id="a table ends yesterday"),
        pytest.param(
            set_list("soundcloud", b"oops"), "soundcloud", "failed", {"succeeded", "partly"}, id="no list"
        ),
    ],
)
@pytest.mark.django_db
@pytest.mark.one_database(
    but=[
        *("a hundred times too much of one", "zeros", "halves", "a copy of a list"),
        *("a table ends yesterday", "no counts", "no list"),
    ]
)
def test_a_wrong_count_has_a_status_and_is_in_no_change(
    world: World, truth: dict[str, Any], damage: Damage, service: str, status: str, stages: set[str]
):
    day = Day(0)
    damage(day)
    world.put(day)

    records = world.run()

    assert {record.status for record in records.values()} == stages
    answers = responses()
    check(answers, truth)
    track = tracks_in(answers)[isrc(12)]
    assert track["counts"][service] == {"status": status, "date": str(day_of(1)), "in_change": []}
    rises = {"spotify": {"soundcloud": 1000}, "soundcloud": {"spotify": 2000}}[service]
    assert track["change"]["1d"] == sum(rises.values())


@pytest.mark.django_db
def test_a_copied_list_is_no_growth_of_zero_for_new_tracks(world: World, truth: dict[str, Any]):
    new = [isrc(number) for number in (14, 15, 16)]
    earlier = HistoricalViewCount.objects.filter(service="soundcloud", isrc__in=new)
    earlier.filter(recorded_date__lt=day_of(1)).delete()
    earlier.update(delta_count=None, delta_days=None)
    world.put(Day(0, soundcloud=Day(1).body("soundcloud")))

    world.run()

    answers = responses()
    assert sources_in(answers) == ALL_OK | {"soundcloud": "stale"}
    for code in new:
        track = tracks_in(answers)[code]
        assert track["counts"]["soundcloud"] == {"status": "stale", "date": str(day_of(1)), "in_change": []}
        assert track["change"]["1d"] == truth_of_spotify(truth, code)
    check(answers, truth)


def truth_of_spotify(truth: dict[str, Any], code: str) -> int:
    """The growth since yesterday of what the table has of it."""
    [history] = [
        track["viewCountDataJson"]["spotify"]["historical"]
        for track in truth[GRAPHQL[0]]["data"]["playlist"]["tracks"]
        if track["isrc"] == code
    ]
    return int(history[0]["delta"])


@pytest.mark.django_db
def test_counts_a_hundred_times_too_high_for_two_days_are_in_no_change(world: World, truth: dict[str, Any]):
    yesterday, today = Day(1), Day(0)
    for day in (yesterday, today):
        day.totals[12] += 100_000_000
    world.put(yesterday, today)

    world.run()

    answers = responses()
    world.put(Day(1), Day(0))
    track = tracks_in(answers)[isrc(12)]
    assert track["counts"]["spotify"] == {"status": "ok", "date": str(day_of(0)), "in_change": []}
    assert track["change"] == {"1d": 1000, "7d": 7000, "30d": None}
    trends = {one["isrc"]: one for one in answers["trending-isrcs/"]["data"]}
    assert (trends[isrc(12)]["change"], trends[isrc(12)]["counts"]["spotify"]) == (7000, "missing")
    asked = answers[GRAPHQL[0]]["data"]["playlist"]["tracks"]
    percent = next(one for one in asked if one["isrc"] == isrc(12))["totalWeeklyChangePercentage"]
    assert 0 < percent < 50
    check(answers, truth, damaged=[12])


@pytest.mark.django_db
def test_zeros_on_the_first_day_of_tracks_are_no_count(world: World, truth: dict[str, Any]):
    codes = [isrc(number) for number in range(11, 31)]
    HistoricalViewCount.objects.filter(isrc__in=codes, service="soundcloud").delete()
    ViewCount.objects.filter(isrc__in=codes, service="soundcloud").delete()
    day = Day(0)
    zeros(day)
    world.put(day)

    world.run()

    track = tracks_in(responses())[isrc(12)]
    assert track["plays"]["soundcloud"] is None
    assert track["counts"]["soundcloud"] == {"status": "missing", "date": None, "in_change": []}
    assert track["change"]["1d"] == 2000


@pytest.mark.parametrize("unreadable", [12, 3], ids=["of all rows", "of the newest day"])
@pytest.mark.django_db
@pytest.mark.one_database(but=["of all rows"])
def test_unreadable_rows_affect_no_other_row(world: World, truth: dict[str, Any], unreadable: int):
    day = Day(0)
    of_day = day_of(1 if unreadable == 12 else 0)
    day.more_rows = [f'{of_day},"Ada 12 - Won\'t Stop & Go 12",{bad}' for bad in ("-5", "abc", "", "1e9")] * 3
    day.more_rows = day.more_rows[:unreadable]
    world.put(day)

    records = world.run()

    assert (records["counts"].unreadable, records["counts"].status) == (unreadable, "partly")
    check(responses(), truth)


@pytest.mark.django_db
@pytest.mark.one_database
def test_a_table_with_a_damaged_header_fails(world: World, truth: dict[str, Any]):
    world.put(Day(0))
    table = world.folder.path / "counts.csv"
    table.write_text(table.read_text().replace("streams_total", "streams_t\N{REPLACEMENT CHARACTER}tal", 1))

    records = world.run()

    assert records["counts"].status == "partly"
    assert any(why.startswith("counts.csv") for why in records["counts"].failures)
    answers = responses()
    assert tracks_in(answers)[isrc(12)]["counts"]["spotify"]["status"] == "failed"
    check(answers, truth)


@pytest.mark.django_db
@pytest.mark.one_database
def test_a_file_dated_before_the_first_chart_fails_alone(world: World, truth: dict[str, Any]):
    day = Day(0)
    day.more_rows = ['0001-01-01,"Ada 12 - Won\'t Stop & Go 12",9']
    world.put(day)
    world.folder.put("spotify", "pop", "0001-01-01", Day(0).body("spotify") or b"")

    records = world.run()

    assert {stage: record.rows_failed for stage, record in records.items() if record.rows_failed} == {
        "extract": 1
    }
    assert records["counts"].unreadable == 1
    assert responses() == truth
    (world.folder.path / "raw/spotify/pop/0001-01-01.json").unlink()
