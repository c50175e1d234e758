"""Statistics and ratios of synthetic measurements, and the part of a document written from them."""

from pathlib import Path
from typing import Any

import pytest

from bench import document, search
from bench.fanout.statistics import RatioRange, RunStatistics
from bench.fanout.targets import ratios
from bench.results import ratio

Measured = dict[str, Any]


def measured(server: str, repeat: int, **figures: Any) -> Measured:
    usual = {"sockets": 500, "pace": "window", "cut": False}
    return {"system": server, "repeat": repeat, **usual, **figures}


def test_ratios_are_computed_within_each_repetition() -> None:
    figures = RunStatistics(
        [
            *(measured("tutti", repeat, server_us=cost) for repeat, cost in enumerate([1.0, 10.0, 3.0])),
            *(measured("node", repeat, server_us=cost) for repeat, cost in enumerate([4.0, 20.0, 10.0])),
        ]
    )
    assert figures.ratio("tutti", "node", 500, "window", "server_us") == RatioRange(0.3, 0.25, 0.5)
    assert figures.median_of("tutti", 500, "window", "server_us") == 3.0
    assert figures.ratio("tutti", "nobody", 500, "window", "server_us") is None
    assert [ratio(1, 3), ratio(2, 1_300), ratio(5_000, 2), ratio(1, 0)] == [0.333, 0.00154, 2500, None]


def test_lost_and_late_events_are_parts_of_all_deliveries() -> None:
    figures = RunStatistics([measured("tutti", 0, pace="burst", sent=400, lost=50_000, outstanding=100_000)])
    found = ratios(figures)
    assert (found["burst_lost_500"], found["burst_late_500"]) == (0.25, 0.5)


@pytest.mark.parametrize(("more", "slope"), [(61_000, 10.0), (50_300, None)])
def test_memory_per_connection_is_the_slope_between_two_sizes(more: int, slope: float | None) -> None:
    """None if the server released more memory between the two sizes than its connections used."""
    sizes = {100: 51_000, 1100: more}
    figures = RunStatistics(
        [
            measured("tutti", 0, sockets=sockets, resident_kilobytes=kilobytes)
            for sockets, kilobytes in sizes.items()
        ]
    )
    assert figures.median_kilobytes("tutti") == slope


def test_values_of_a_busy_load_generator_or_a_timeout_are_marked() -> None:
    fine = measured("tutti", 0, is_load_generator_busy=False)
    busy = measured("node", 0, is_load_generator_busy=True)
    cut = {**measured("naive_core", 0, is_load_generator_busy=False), "cut": True}
    figures = RunStatistics([fine, busy, cut])
    assert not figures.is_marked("tutti", 500, "window")
    assert figures.is_marked("node", 500, "window")
    assert figures.is_marked("naive_core", 500, "window")


def test_only_text_between_the_markers_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- bench fanout: begin -->\nold\n<!-- bench fanout: end -->\nafter\n")
    monkeypatch.setattr(document, "BENCHMARKS", page)
    document.replace("fanout", "new")
    document.replace("fanout", "newer")
    assert page.read_text() == (
        "before\n<!-- bench fanout: begin -->\nnewer\n<!-- bench fanout: end -->\nafter\n"
    )


def test_a_search_of_one_size_has_no_growth_and_is_not_complete() -> None:
    times = {f"{name}_ms": 10.0 for name in ("median", "p95", "p99", "processor", "scan_median", "scan_p95")}
    runs = [
        {"database": database, "tracks": tracks, "index_seconds": 1.0, **times}
        for database in ("SQLite", "PostgreSQL")
        for tracks in search.SIZES
    ]

    one_size = search.result_of([run for run in runs if run["tracks"] == search.SIZES[0]])

    assert not any("most_over_least" in name for name in one_size.ratios)
    assert not one_size.is_whole
    assert search.result_of(runs).is_whole
    assert search.result_of(runs).ratios["sqlite_p95_most_over_least_tracks"] == 1.0
