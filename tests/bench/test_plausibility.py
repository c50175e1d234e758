"""The benchmark of plausibility checks reads recorded responses and tables."""

from pathlib import Path

from apps.charts.tests.bodies import Folder
from bench import plausibility


def test_recorded_responses_and_tables_are_checked(tmp_path: Path):
    folder = Folder(tmp_path / "recorded")
    for day in ("2025-03-01", "2025-03-02"):
        folder.list("spotify", day, *range(1, 21))
    rows = [f"2025-03-0{day},{rank},Title {rank},Ada" for day in (1, 2) for rank in range(1, 21)]
    (tmp_path / "daily.csv").write_text("\n".join(["date,rank,title,artist", *rows]))

    found = plausibility.measure(is_quick=True, data=tmp_path)

    checked = {(group, check): number for group, check, number, *_ in found.table}
    assert checked["recorded responses", "quarantined"] == checked["daily lists", "quarantined"] == "2"
    assert found.ratios == {"quarantined_share": 0}
