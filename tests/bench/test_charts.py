"""That the benchmark of charts makes up days that the services' readers take, and shows what it found."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.charts import result_of
from bench.charts.made_up import GENRES, LENGTH, write_days


def test_made_up_days_are_the_same_every_time_and_as_services_write_them(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_days(tmp_path / name, days=2)

    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.json"))
    assert len(files) == 2 * 3 * len(GENRES)
    for file in [*files, Path("counts.csv")]:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    spotify = json.loads((tmp_path / "one/raw/spotify/pop/2025-03-01.json").read_text())
    assert len({item["track"]["external_ids"]["isrc"] for item in spotify["items"]}) == LENGTH


@pytest.fixture
def found() -> dict[str, Any]:
    return {
        "SQLite": {
            "runs": {
                **{"first_seconds": 10.0, "again_seconds": 0.5, "lines": 200},
                **{"processed": 0.995, "changed_again": 0},
            },
            "history": {"mean_ms": 2.0, "scan_ms": 40.0, "is_index_alone": True},
            "answers": {
                "/api/charts/": {"median": 3.0, "slowest": 9.0},
                "/api/health/": {"median": 4.0, "slowest": 250.0},
            },
            "graphql": {
                **{"tracks": 40, "days": 1200},
                "cold_ms": [*([80.0] * 18), 150.0, 900.0],
                "remembered_ms": [4.0] * 200,
            },
        }
    }


def test_ratios_say_how_often_one_goes_into_the_other(found: dict[str, Any]) -> None:
    result = result_of(found)

    assert result.ratios == {
        "sqlite_again_over_first": 0.05,
        "sqlite_processed": 0.995,
        "sqlite_history_over_scan": 0.05,
        "sqlite_slowest_answer_over_wanted": 0.5,
        "sqlite_graphql_p95_over_wanted": 0.75,
        "sqlite_graphql_remembered_over_cold": 0.05,
    }
    assert json.loads(result.last_line())["benchmark"] == "charts"
    assert "250 (/api/health/)" in result.text()
    assert "99.50% of 200" in result.text()
