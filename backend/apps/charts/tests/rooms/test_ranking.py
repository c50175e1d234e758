"""The more played and the more loved, the higher."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.charts.rooms.ranking import PLACES, Played, standings

AT = datetime(2025, 12, 4, tzinfo=UTC)


def plays(*told: tuple[str, int, int]) -> list[Played]:
    """Key, item and votes of each, in order."""
    return [Played(number, key, item, votes, AT) for number, (key, item, votes) in enumerate(told)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param([("a", 1, 0), ("b", 2, 0), ("b", 2, 0)], "ba", id="more plays"),
        pytest.param([("a", 1, 0), ("a", 1, 0), ("b", 2, 2)], "ba", id="votes count as much as plays"),
        pytest.param([("a", 1, 0), ("a", 1, 0), ("b", 2, 1)], "ab", id="of equals the more played"),
        pytest.param([("a", 1, -1), ("b", 2, 0)], "ba", id="votes against count less"),
        pytest.param([("b", 1, 0), ("a", 2, 0), ("c", 3, 0)], "bac", id="of equals the first"),
    ],
)
def test_what_stands_higher(told: list[tuple[str, int, int]], expected: str):
    assert "".join(one.key for one in standings(plays(*told))) == expected


def test_an_items_votes_count_once_as_they_were_in_the_end():
    told = standings(plays(("a", 1, 5), ("a", 1, 2), ("a", 7, 1)))

    assert [(one.plays, one.votes, one.last_play) for one in told] == [(3, 3, 2)]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 4), st.integers(-3, 3)), max_size=40))
def test_every_play_is_counted_and_points_never_rise_downwards(told: list[tuple[str, int, int]]):
    chart = standings(plays(*told))

    assert sum(one.plays for one in chart) == len(told)
    assert [one.rank for one in chart] == list(range(1, len(chart) + 1))
    points = [one.plays + one.votes for one in chart]
    assert points == sorted(points, reverse=True)


def test_a_chart_is_no_longer_than_its_places():
    assert len(standings(plays(*((str(number), number, 0) for number in range(PLACES + 5))))) == PLACES
