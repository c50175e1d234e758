"""For lists that arrive in any order and repeatedly: charts and counts depend on their content only."""

import random
from pathlib import Path

import pytest

from apps.charts.connectors.base import RecordedResponses
from apps.charts.models import ChartTrack, Edition, EditionEntry, RawEdition
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.tests.bodies import TRACKS, Folder, chosen, soundcloud
from apps.counts.models import HistoricalViewCount, ViewCount

pytestmark = pytest.mark.django_db
DAYS = [f"2025-03-{day:02}" for day in range(1, 5)]
SERVICES = ("spotify", "apple_music", "soundcloud")
Part = tuple[str, str, list[int]]


def parts_of(seed: int) -> list[Part]:
    """A list of each service a day; all have a few tracks in common, so that none is nonsense."""
    rng = random.Random(seed)
    return [
        (service, day, [1, 2, *rng.sample(range(3, len(TRACKS)), 5)]) for service in SERVICES for day in DAYS
    ]


def put(folder: Folder, part: Part) -> None:
    service, day, numbers = part
    numbers = random.Random(f"{service}{day}").sample(numbers, len(numbers))
    if service == "soundcloud":
        days = DAYS.index(day)
        body = soundcloud(chosen(*sorted(numbers)), plays=1000 * days, growth=7 * days)
        folder.put(service, "pop", day, body)
    else:
        folder.list(service, day, *numbers)


def run(folder: Folder) -> None:
    run_pipeline(Plan(connector=RecordedResponses(folder.path)))


def state() -> tuple[list[tuple[object, ...]], ...]:
    """Without times of writing, and without counts that were searched for without success on the way."""
    entries = EditionEntry.objects.order_by("edition__issued_on", "rank")
    counts = HistoricalViewCount.objects.filter(status="ok").order_by("isrc", "service", "recorded_date")
    return (
        list(entries.values_list("edition__issued_on", "rank", "track__isrc", "points", "ranks")),
        list(counts.values_list("isrc", "service", "recorded_date", "view_count", "delta_count", "flag")),
    )


def delete_all() -> None:
    for model in (HistoricalViewCount, ViewCount, ChartTrack, RawEdition, Edition):
        model.objects.all().delete()


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.one_database(but=["1"])
def test_the_order_and_repetition_of_lists_make_no_difference(tmp_path: Path, seed: int):
    parts = parts_of(seed)
    at_once, bit_by_bit = Folder(tmp_path / "one"), Folder(tmp_path / "two")
    for part in parts:
        put(at_once, part)
    run(at_once)
    wanted = state()
    assert len(wanted[0]) > 7
    run(at_once)
    assert state() == wanted

    delete_all()
    random.Random(seed).shuffle(parts)
    for begin in range(0, len(parts), 5):
        for part in parts[begin : begin + 5]:
            put(bit_by_bit, part)
        run(bit_by_bit)

    assert state() == wanted
