"""A day of reading, replayed: charts and tracks are read, and at 2 everything is counted again."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache

from apps.counts.cache import FAMILIES, HITS, MISSES
from apps.counts.selectors import current_counts, histories, view_data
from apps.counts.services import record_counts
from apps.counts.tests.conftest import FIRST_DAY, noon, said

pytestmark = pytest.mark.django_db(transaction=True)
SERVICES = ("spotify", "youtube")
CHARTS, ON_A_CHART, SEED = 4, 15, 11
# A chart or track is read nearly twice a minute, at night not for hours. Of fewer reads fewer are cached: of
# a third of them less than WANTED.
LOOKS = 2400
WANTED = 0.8
TODAY = FIRST_DAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def isrc(number: int) -> str:
    return f"QZTUT25{number:05}"


def count(day: int) -> None:
    for track in range(CHARTS * ON_A_CHART):
        record_counts(
            said(day, 1000 * track + 10 * day, isrc=isrc(track), service=service) for service in SERVICES
        )


def counted() -> dict[str, tuple[float, float]]:
    return {family.name: (HITS[family]._value.get(), MISSES[family]._value.get()) for family in FAMILIES}


def moments(chance: random.Random) -> list[datetime]:
    """Of looks within a day: most in the evening, few at night."""
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    hours = [
        chance.choices(range(24), [1, 1, 1, 0, 0, 0, 1, 3] + [4] * 8 + [6] * 6 + [3, 2])[0]
        for _ in range(LOOKS)
    ]
    return sorted(midnight + timedelta(hours=hour, seconds=chance.randrange(3600)) for hour in hours)


def look(chance: random.Random) -> None:
    """Either at a whole chart, or at a track, mostly one of the first of its chart."""
    chart = chance.choices(range(CHARTS), [8, 4, 2, 1])[0]
    if chance.random() < 0.6:
        seen = view_data([isrc(chart * ON_A_CHART + place) for place in range(ON_A_CHART)], today=TODAY)
        assert len(seen) == ON_A_CHART
        return
    place = min(int(chance.paretovariate(1.0)) - 1, ON_A_CHART - 1)
    track = isrc(chart * ON_A_CHART + place)
    assert len(current_counts([track], SERVICES)) == len(SERVICES)
    assert len(histories([track], SERVICES, today=TODAY)) == len(SERVICES)


def test_more_than_four_fifths_of_the_counts_are_stored():
    chance = random.Random(SEED)
    count(2)
    before, is_counted = counted(), False
    for moment in moments(chance):
        with time_machine.travel(moment, tick=False):
            if not is_counted and moment.hour >= 2:
                count(3)
                is_counted = True
            look(chance)

    assert is_counted
    after = counted()
    hits = sum(after[name][0] - before[name][0] for name in after)
    misses = sum(after[name][1] - before[name][1] for name in after)
    assert misses, "what was counted again is read again"
    assert hits / (hits + misses) > WANTED, (hits, misses)
    assert noon(3).date() == TODAY
