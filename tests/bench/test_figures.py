"""Figures and ratios of measurements that were made up, and the part of a page that is written from them."""

from pathlib import Path
from typing import Any

import pytest

from bench import readme
from bench.fanout.figures import Figures, Spread
from bench.fanout.goals import ratios
from bench.results import ratio

Measured = dict[str, Any]


def measured(server: str, repeat: int, **figures: Any) -> Measured:
    usual = {"sockets": 500, "pace": "window", "cut": False}
    return {"contestant": server, "repeat": repeat, **usual, **figures}


def test_a_ratio_is_taken_within_each_repetition() -> None:
    figures = Figures(
        [
            *(measured("tutti", repeat, server_us=cost) for repeat, cost in enumerate([1.0, 10.0, 3.0])),
            *(measured("node", repeat, server_us=cost) for repeat, cost in enumerate([4.0, 20.0, 10.0])),
        ]
    )
    assert figures.ratio("tutti", "node", 500, "window", "server_us") == Spread(0.3, 0.25, 0.5)
    assert figures.middle("tutti", 500, "window", "server_us") == 3.0


def test_a_server_that_was_not_measured_has_no_ratio() -> None:
    figures = Figures([measured("tutti", 0, server_us=1.0)])
    assert figures.ratio("tutti", "node", 500, "window", "server_us") is None


def test_the_part_that_was_lost_is_of_all_deliveries() -> None:
    figures = Figures([measured("tutti", 0, pace="burst", sent=400, lost=50_000, outstanding=0)])
    assert figures.part("tutti", 500, "burst", "lost") == 0.25
    assert ratios(figures)["burst_lost_500"] == 0.25


def test_what_was_late_is_told() -> None:
    figures = Figures([measured("tutti", 0, pace="burst", sent=400, lost=0, outstanding=100_000)])
    assert ratios(figures)["burst_late_500"] == 0.5


@pytest.mark.parametrize(("ours", "other", "told"), [(1, 3, 0.333), (2, 1_300, 0.00154), (5_000, 2, 2500)])
def test_a_ratio_has_three_digits_that_mean_something(ours: float, other: float, told: float) -> None:
    assert ratio(ours, other) == told


def test_there_is_no_ratio_to_nothing() -> None:
    assert ratio(1, 0) is None


def test_memory_a_connection_is_the_slope_between_two_sizes() -> None:
    figures = Figures(
        [
            measured("tutti", 0, sockets=100, resident_kilobytes=51_000),
            measured("tutti", 0, sockets=1100, resident_kilobytes=61_000),
        ]
    )
    assert figures.kilobytes("tutti") == {0: 10.0}


def test_memory_that_can_not_be_right_is_not_told() -> None:
    """The server gave back more between the two sizes than its connections took."""
    figures = Figures(
        [
            measured("tutti", 0, sockets=100, resident_kilobytes=61_000),
            measured("tutti", 0, sockets=1100, resident_kilobytes=50_300),
        ]
    )
    assert figures.middle_kilobytes("tutti") is None


def test_what_the_ruler_or_the_time_may_have_bent_is_marked() -> None:
    fine = measured("tutti", 0, is_ruler_busy=False)
    busy = measured("node", 0, is_ruler_busy=True)
    cut = {**measured("naive_core", 0, is_ruler_busy=False), "cut": True}
    figures = Figures([fine, busy, cut])
    assert not figures.is_marked("tutti", 500, "window")
    assert figures.is_marked("node", 500, "window")
    assert figures.is_marked("naive_core", 500, "window")


def test_only_what_stands_between_the_marks_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- bench fanout: begin -->\nold\n<!-- bench fanout: end -->\nafter\n")
    readme.replace("fanout", "new", file=page)
    readme.replace("fanout", "newer", file=page)
    assert page.read_text() == (
        "before\n<!-- bench fanout: begin -->\nnewer\n<!-- bench fanout: end -->\nafter\n"
    )


def test_a_page_without_marks_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("nothing\n")
    with pytest.raises(readme.NoMarksError):
        readme.replace("fanout", "new", file=page)
    assert page.read_text() == "nothing\n"
