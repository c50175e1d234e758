"""Which lists are believed."""

import pytest

from apps.charts.believing import Verdict, settled, verdict
from apps.charts.movements import Movement, MovementKind, movement

NOTHING: set[str] = set()
TODAY, OTHER = {"a", "b"}, {"x", "y"}


@pytest.mark.parametrize(
    ("before", "others", "expected"),
    [
        pytest.param({"a"}, [OTHER], Verdict.BELIEVED, id="as yesterday"),
        pytest.param(OTHER, [{"b"}], Verdict.BELIEVED, id="as another service"),
        pytest.param(OTHER, [OTHER], Verdict.NONSENSE, id="as nobody"),
        pytest.param(NOTHING, [OTHER, {"x"}], Verdict.NONSENSE, id="new, and two others agree"),
        pytest.param(NOTHING, [OTHER, {"q"}], Verdict.UNKNOWN, id="nobody agrees with anybody"),
        pytest.param(NOTHING, [OTHER], Verdict.UNKNOWN, id="one against one"),
        pytest.param(OTHER, [], Verdict.UNKNOWN, id="all is new, and there is no other"),
        pytest.param(OTHER, [NOTHING], Verdict.UNKNOWN, id="an empty list is no witness"),
        pytest.param(NOTHING, [], Verdict.UNKNOWN, id="the first of all"),
    ],
)
def test_a_list_is_believed_for_what_it_has_in_common(before, others, expected):
    assert verdict(TODAY, before=before, others=others) is expected


def test_who_told_nonsense_of_one_genre_is_not_believed_unseen_of_another():
    told = settled(
        {
            ("rap", "apple_music"): Verdict.NONSENSE,
            ("pop", "apple_music"): Verdict.UNKNOWN,
            ("dance", "apple_music"): Verdict.BELIEVED,
            ("pop", "spotify"): Verdict.UNKNOWN,
        }
    )

    assert told == {
        ("rap", "apple_music"): Verdict.NONSENSE,
        ("pop", "apple_music"): Verdict.NONSENSE,
        ("dance", "apple_music"): Verdict.BELIEVED,
        ("pop", "spotify"): Verdict.UNKNOWN,
    }


@pytest.mark.parametrize(
    ("rank", "before", "was_ever", "expected"),
    [
        (3, 5, True, Movement(MovementKind.UP, 2)),
        (5, 3, True, Movement(MovementKind.DOWN, 2)),
        (4, 4, True, Movement(MovementKind.SAME)),
        (4, None, False, Movement(MovementKind.NEW)),
        (4, None, True, Movement(MovementKind.RE_ENTRY)),
    ],
)
def test_movements(rank, before, was_ever, expected):
    assert movement(rank, before=before, was_ever=was_ever) == expected
