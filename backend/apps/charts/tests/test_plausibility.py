"""Which lists are plausible."""

import pytest

from apps.charts.pipeline.plausibility import Line, Verdict, is_copy, settled, verdict


def lines(*numbers: int) -> list[Line]:
    return [Line(str(number), frozenset([str(number)])) for number in numbers]


NOTHING: list[Line] = []
TODAY, SAME, OTHER = lines(*range(50)), lines(*range(50)), lines(*range(100, 150))
# So much of today's list is on another.
HALF = lines(*range(25, 75))
THREE, TWO, ONE = lines(0, 1, 2, 900), lines(0, 1, 900), lines(0, 900, 901)
DISAGREEING = lines(*range(200, 250))


@pytest.mark.parametrize(
    ("before", "others", "expected"),
    [
        pytest.param(lines(*range(-16, 34)), [OTHER], Verdict.PLAUSIBLE, id="two thirds as yesterday"),
        pytest.param(lines(*range(-17, 33)), [OTHER], Verdict.DOUBTFUL, id="fewer as yesterday"),
        pytest.param(lines(*range(-17, 33)), [TODAY[30:35]], Verdict.PLAUSIBLE, id="but as another service"),
        pytest.param(lines(1, *range(16, 65)), [OTHER], Verdict.TOPPED, id="another list before yesterday's"),
        pytest.param(lines(1, 2, *range(16, 64)), [OTHER], Verdict.PLAUSIBLE, id="but for two lines of it"),
        pytest.param(HALF, [OTHER], Verdict.UNRELATED, id="half as yesterday, the rest as no other"),
        pytest.param(
            HALF, [TODAY[25:]], Verdict.UNRELATED, id="what is left of yesterday says nothing of it"
        ),
        pytest.param(HALF, [TODAY[:2]], Verdict.PLAUSIBLE, id="and two others as another service"),
        pytest.param(OTHER, [THREE], Verdict.PLAUSIBLE, id="a twentieth as another service"),
        pytest.param(OTHER, [OTHER], Verdict.UNRELATED, id="as no other"),
        pytest.param(OTHER, [ONE], Verdict.UNRELATED, id="one title in common proves nothing"),
        pytest.param(OTHER, [TWO], Verdict.UNRELATED, id="nor do two, of fifty"),
        pytest.param(OTHER, [], Verdict.UNRELATED, id="all is new, and there is no other"),
        pytest.param(NOTHING, [OTHER, SAME], Verdict.FIRST, id="new, as another service"),
        pytest.param(NOTHING, [TWO], Verdict.FIRST, id="new, and two titles in common"),
        pytest.param(NOTHING, [OTHER, OTHER], Verdict.UNRELATED, id="new, and two others agree"),
        pytest.param(NOTHING, [OTHER, [*OTHER, *ONE]], Verdict.UNRELATED, id="new, one title in common"),
        pytest.param(NOTHING, [OTHER, DISAGREEING], Verdict.UNKNOWN, id="no list agrees with any"),
        pytest.param(NOTHING, [OTHER], Verdict.UNKNOWN, id="one against one"),
        pytest.param(NOTHING, [NOTHING], Verdict.UNKNOWN, id="an empty list is no witness"),
        pytest.param(NOTHING, [], Verdict.UNKNOWN, id="the first of all"),
        pytest.param(lines(*range(77)), [SAME], Verdict.CUT_SHORT, id="shorter than 65 %"),
        pytest.param(lines(*range(76)), [SAME], Verdict.SHORTENED, id="65 %"),
        pytest.param(lines(*range(63)), [SAME], Verdict.SHORTENED, id="shorter than 80 %"),
        pytest.param(lines(*range(62)), [SAME], Verdict.PLAUSIBLE, id="80 %"),
    ],
)
def test_a_list_is_plausible_by_its_length_and_common_tracks(before, others, expected):
    assert verdict(TODAY, before=before, others=others) is expected


def test_a_gradually_shrinking_list_is_too_short():
    assert verdict(lines(*range(50)), before=lines(*range(60)), longest=76) is Verdict.PLAUSIBLE
    assert verdict(lines(*range(50)), before=lines(*range(60)), longest=77) is Verdict.CUT_SHORT


def test_a_list_with_another_prepended_is_too_long():
    assert verdict(lines(*range(50), *range(200, 225)), before=TODAY, longest=50) is Verdict.PLAUSIBLE
    assert verdict(lines(*range(50), *range(200, 226)), before=TODAY, longest=50) is Verdict.LENGTHENED


def test_a_list_of_repeated_tracks_is_rejected_also_as_the_first():
    assert verdict(lines(*range(44), *[1] * 6)) is Verdict.REPETITIVE
    assert verdict([*TODAY, *lines(1, 2)], before=TODAY) is Verdict.PLAUSIBLE


@pytest.mark.parametrize(
    ("rejected", "expected"),
    [
        pytest.param([SAME, SAME], Verdict.PLAUSIBLE, id="two days"),
        pytest.param([lines(*range(10, 60)), lines(*range(25, 75))], Verdict.PLAUSIBLE, id="that changes"),
        pytest.param([SAME], Verdict.UNRELATED, id="one day"),
        pytest.param([SAME, DISAGREEING], Verdict.UNRELATED, id="another every day"),
        pytest.param([SAME, lines(*range(90))], Verdict.UNRELATED, id="shorter every day"),
    ],
)
def test_a_rejected_list_that_is_repeated_becomes_plausible(rejected, expected):
    assert verdict(TODAY, before=OTHER, others=[OTHER], rejected=rejected) is expected


@pytest.mark.parametrize(
    ("same", "others", "expected"),
    [(20, 0, True), (18, 2, True), (17, 3, False), (5, 0, True), (4, 0, False)],
)
def test_a_list_with_earlier_play_counts_is_a_copy(same: int, others: int, expected: bool):
    before = {str(number): 100 * number for number in range(same + others)}
    now = before | {str(number): 7 for number in range(1, others + 1)}

    assert is_copy(now, before) is expected
    assert not is_copy(now | {f"new {number}": 0 for number in range(50)}, before), "it has most of its lines"


def test_unrelated_lines_for_one_genre_make_first_lists_of_others_doubtful():
    verdicts = settled(
        {
            ("rap", "apple_music"): Verdict.UNRELATED,
            ("pop", "apple_music"): Verdict.UNKNOWN,
            ("dance", "apple_music"): Verdict.PLAUSIBLE,
            ("pop", "spotify"): Verdict.UNKNOWN,
        }
    )

    assert verdicts == {
        ("rap", "apple_music"): Verdict.UNRELATED,
        ("pop", "apple_music"): Verdict.UNRELATED,
        ("dance", "apple_music"): Verdict.PLAUSIBLE,
        ("pop", "spotify"): Verdict.UNKNOWN,
    }
