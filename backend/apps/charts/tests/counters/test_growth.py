"""Counts of which each is plausible for its track, and which can't all be true."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from apps.charts.tests.bodies import TRACKS, Folder, isrc, spotify
from apps.charts.tests.conftest import Run
from apps.charts.tests.counters.conftest import put_table, stored, table

DAYS = [str(date(2025, 3, 1) + timedelta(days=at)) for at in range(12)]
# Days on which every track grew as it usually does.
USUAL = 6
TWELVE = TRACKS[:12]
NOT_KEPT = ("anomaly", None)
# Of each track and day, how many times the usual growth.
Factors = Sequence[Sequence[float]]


def totals(factors: Factors) -> list[list[int]]:
    """By day and track: the usual days, then one for each of `factors`. No two tracks grow equally much."""
    counts = [[100_000 * (at + 1) for at in range(len(TWELVE))]]
    for of_day in [*[[1.0] * len(TWELVE)] * (USUAL - 1), *factors]:
        grown = [round((1000 + 10 * at) * factor) for at, factor in enumerate(of_day)]
        counts.append([total + more for total, more in zip(counts[-1], grown, strict=True)])
    return counts


def put(folder: Folder, counts: Sequence[Sequence[int]]) -> None:
    rows = [
        (day, track, total)
        for day, of_day in zip(DAYS, counts, strict=False)
        for track, total in zip(TWELVE, of_day, strict=True)
    ]
    put_table(folder, table(*rows))


def statuses(number: int = 1) -> list[str]:
    found = stored("spotify")
    return [found["spotify", isrc(number), day][0] for day in DAYS if ("spotify", isrc(number), day) in found]


@pytest.mark.parametrize(
    ("odd", "factor", "status"),
    [
        (4, 0.49, "anomaly"),
        (4, 2.01, "anomaly"),
        (3, 0.1, "ok"),
        (3, 5, "ok"),
        (12, 0.51, "ok"),
        (12, 1.99, "ok"),
    ],
)
def test_too_many_tracks_with_half_or_double_growth_are_an_anomaly(
    run: Run, folder: Folder, odd: int, factor: float, status: str
):
    folder.put("spotify", "pop", DAYS[0], spotify(TWELVE))
    counts = totals([[factor] * odd + [1] * (12 - odd), [1] * 12])
    put(folder, counts)

    run()

    for number in (1, 12):
        assert statuses(number) == ["ok"] * USUAL + [status, "ok"]
    found = stored("spotify")["spotify", isrc(1), DAYS[USUAL]]
    assert found == (NOT_KEPT if status == "anomaly" else ("ok", counts[USUAL][0]))


@pytest.mark.parametrize("at_once", [True, False], ids=["a table of all days", "day by day"])
def test_a_changed_growth_of_all_tracks_is_accepted_from_the_third_day(
    run: Run, folder: Folder, at_once: bool
):
    folder.put("spotify", "pop", DAYS[0], spotify(TWELVE))
    counts = totals([[0.3] * 12] * 5)
    for at in range(len(counts)) if not at_once else [len(counts) - 1]:
        put(folder, counts[: at + 1])
        run()

    assert statuses() == ["ok"] * USUAL + ["anomaly"] * 2 + ["ok"] * 3
    before = stored("spotify")
    run()
    assert stored("spotify") == before, "nor does another run change them"


def test_few_tracks_and_rarely_played_ones_are_no_evidence(run: Run, folder: Folder):
    folder.put("spotify", "pop", DAYS[0], spotify(TWELVE))
    counts = totals([[0.3] * 12])
    put_table(
        folder,
        table(
            *(
                (day, track, total)
                for day, of_day in zip(DAYS, counts, strict=False)
                for track, total in zip(TWELVE[:9], of_day, strict=False)
            ),
            *(
                (day, track, 500 + at * 3)
                for at, day in enumerate(DAYS[: len(counts)])
                for track in TWELVE[9:]
            ),
        ),
    )

    run()

    assert statuses() == statuses(12) == ["ok"] * (USUAL + 1)
