"""Services that are silent, that no other confirms, or that turn their lists around; days without lists."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.charts.models import ChartTrack, Edition, RawEdition, ReviewItem
from apps.charts.pipeline.runner import AlreadyRunning, run_lock
from apps.charts.tests.bodies import Track, isrc
from apps.counts.models import HistoricalViewCount, ViewCount
from apps.tunemeld.tests.misleading.world import (
    ALL_OK,
    GRAPHQL,
    LISTED,
    OTHERS,
    SERVICES,
    Day,
    World,
    chart_in,
    check,
    day_of,
    named,
    responses,
    sources_in,
    tracks_in,
)

pytestmark = pytest.mark.django_db
FIGURES = ("plays", "counts", "change", "days_on_chart")
BOTH = [isrc(number) for number in range(11, 21)]


@pytest.fixture
def own(world: World, tmp_path: Path) -> World:
    """Other recordings, none of them of the days before, which are in the database."""
    return World(tmp_path)


def ranked(*lists: Sequence[Track]) -> list[str]:
    """The codes in the order of the contract: sums of ranks, 1,000 for a list without the track."""
    places: dict[str, list[int]] = {}
    for one in lists:
        for place, (_, _, code) in enumerate(one, start=1):
            places.setdefault(str(code), []).append(place)
    agreed = {code: ranks for code, ranks in places.items() if len(ranks) > 1}
    return sorted(
        agreed, key=lambda code: (sum(agreed[code]) + 1000 * (3 - len(agreed[code])), min(agreed[code]), code)
    )


def codes_in(answers: Mapping[str, Any]) -> list[str]:
    return [track["isrc"] for track in chart_in(answers)["tracks"]]


@pytest.mark.parametrize("silent_for", [7, 8])
def test_the_list_of_a_silent_service_is_used_with_its_day_for_a_week(
    own: World, truth: dict[str, Any], silent_for: int
):
    last = RawEdition.objects.filter(service="apple_music")
    last.filter(issued_on__gt=day_of(7)).delete()
    last.update(issued_on=day_of(silent_for))
    own.put(Day(0, apple_music=None))

    own.run()

    answers = responses()
    assert sources_in(answers) == ALL_OK | {"apple_music": "missing"}
    sources = {source["service"]: source["date"] for source in chart_in(answers)["sources"]}
    assert sources["apple_music"] == (str(day_of(7)) if silent_for == 7 else None)
    if silent_for == 7:
        check(answers, truth)
        assert "apple_music" in tracks_in(answers)[isrc(12)]["services"]
    else:
        now, true = tracks_in(answers), tracks_in(truth)
        assert codes_in(answers) == ranked(
            [*map(named, LISTED["spotify"])], [*map(named, LISTED["soundcloud"])]
        )
        assert [[now[code][name] for name in FIGURES] for code in BOTH] == [
            [true[code][name] for name in FIGURES] for code in BOTH
        ]


def test_after_months_without_a_run_changes_are_empty_and_the_compared_day_is_named(
    own: World, truth: dict[str, Any]
):
    before = timedelta(days=60)
    for model, day in (
        (RawEdition, "issued_on"),
        (Edition, "issued_on"),
        (HistoricalViewCount, "recorded_date"),
    ):
        model.objects.filter(**{f"{day}__gt": day_of(7)}).delete()
        model.objects.update(**{day: day_of(7) - before})
    own.put(Day(0))
    table = own.folder.path / "counts.csv"
    rows = table.read_text().splitlines()
    table.write_text("\n".join([rows[0], *(row for row in rows if row.startswith(str(day_of(0))))]))

    own.run()

    answers = responses()
    chart, now, true = chart_in(answers), tracks_in(answers), tracks_in(truth)
    assert (sources_in(answers), chart["compared_with"]) == (ALL_OK, str(day_of(7) - before))
    assert codes_in(answers) == codes_in(truth)
    for code, track in now.items():
        assert track["change"] == {"1d": None, "7d": None, "30d": None}
        assert (track["plays"], track["days_on_chart"]) == (true[code]["plays"], 2)
    assert answers["trending-isrcs/"]["data"] == []


def test_a_reordered_list_changes_ranks_and_no_count(world: World, truth: dict[str, Any]):
    turned = [named(number) for number in reversed(LISTED["spotify"])]
    day = Day(0, spotify=turned)
    world.put(day)

    world.run()

    answers = responses()
    assert sources_in(answers) == ALL_OK
    assert isinstance(day.apple_music, list)
    assert codes_in(answers) == ranked(turned, day.apple_music, [*map(named, LISTED["soundcloud"])])
    now, true = tracks_in(answers), tracks_in(truth)
    assert {code: [one[name] for name in FIGURES] for code, one in now.items()} == {
        code: [one[name] for name in FIGURES] for code, one in true.items()
    }


def test_the_second_of_two_concurrent_runs_changes_nothing(
    world: World, truth: dict[str, Any], yesterday: dict[str, Any]
):
    world.put(Day(0))

    with run_lock(), pytest.raises(AlreadyRunning):
        world.run()

    assert responses() == yesterday
    world.run()
    assert responses() == truth


def test_unrelated_tracks_on_the_first_day_are_in_no_response(own: World):
    for model in (RawEdition, Edition, ChartTrack, HistoricalViewCount, ViewCount):
        model.objects.all().delete()
    own.put(Day(0, apple_music=OTHERS[:20]))

    own.run()

    answers = responses()
    assert sources_in(answers) == ALL_OK | {"apple_music": "quarantined"}
    assert codes_in(answers) == ranked([*map(named, LISTED["spotify"])], [*map(named, LISTED["soundcloud"])])
    assert OTHERS[0][0].split()[0] not in json.dumps(answers)
    assert not ReviewItem.objects.exists()


def test_an_unconfirmed_list_is_accepted_on_its_third_day(own: World, truth: dict[str, Any]):
    RawEdition.objects.filter(service="soundcloud").delete()
    listed: list[Track] = [
        (f"Elsewhere {number}", f"Dee {number}", isrc(number)) for number in range(101, 121)
    ]
    days = [Day(back, soundcloud=listed) for back in (2, 1, 0)]
    for day, status in zip(days, ["quarantined", "quarantined", "ok"], strict=True):
        own.put(day)

        own.run()

        edition = RawEdition.objects.get(service="soundcloud", issued_on=day_of(day.back))
        assert edition.status == status
    answers = responses()
    assert sources_in(answers) == ALL_OK
    assert [line["isrc"] for line in answers["charts/pop/soundcloud/"]["data"]["tracks"]] == [
        code for _, _, code in listed
    ]
    counted = answers[GRAPHQL[SERVICES.index("soundcloud") + 1]]["data"]["playlist"]["tracks"]
    assert [track["isrc"] for track in counted] == [code for _, _, code in listed]
    assert all(track["viewCountDataJson"]["soundcloud"]["current"] for track in counted)
    for code, track in tracks_in(answers).items():
        for service in SERVICES[:2]:
            assert track["services"].get(service) == tracks_in(truth)[code]["services"].get(service)
