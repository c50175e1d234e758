"""How often each check of lists and counts is triggered by recorded days; real days should trigger none.

Reads a folder (--data DIR): recorded responses (raw/<service>/<genre>/<day>.json, errors) run through the
pipeline; lists of tables by day (*.csv, *.jsonl, also gzipped) are stored and checked alone, and running
totals in such tables are recorded as counts.
"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from bench import document
from bench.results import Result
from tests.processes import BACKEND, PROJECT, TuttiServer, prepare

PROGRAM = """
import sys
sys.path.insert(0, {project!r})
from bench.plausibility.checked_data import print_result
print_result({folder!r}, is_quick={is_quick})
"""


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder with recorded days")


def measure(*, is_quick: bool, data: Path | None) -> Result:
    if data is None or not data.is_dir():
        raise SystemExit("Specify the folder with recorded days: bench/run plausibility --data DIR")
    code = PROGRAM.format(project=str(PROJECT), folder=str(data.resolve()), is_quick=is_quick)
    unstarted = TuttiServer()
    try:
        prepare(unstarted.environment)
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
        done = subprocess.run(
            command, cwd=BACKEND, env=unstarted.environment, check=True, stdout=subprocess.PIPE, text=True
        )
    finally:
        unstarted.delete_data()
    return result_of(json.loads(done.stdout.splitlines()[-1]))


def write_document() -> None:
    document.write_table("plausibility", document.CHARTS)


def result_of(found: dict[str, Any]) -> Result:
    """`found`: by group of data, its checks (name, checked, triggered) and its extremes."""
    rows = [["data", "check", "checked", "triggered"]]
    for group, checks in found["checks"].items():
        rows += [[group, name, f"{checked:,}", f"{triggered:,}"] for name, checked, triggered in checks]
        rows += [[group, name, text, ""] for name, text in found["extremes"].get(group, [])]
    lists = [row for checks in found["checks"].values() for row in checks if row[0] == "quarantined"]
    if not lists:
        raise SystemExit("The folder has no recorded days.")
    return Result(
        name="plausibility",
        ratios={"quarantined_share": round(sum(row[2] for row in lists) / sum(row[1] for row in lists), 5)},
        table=rows,
        raw=found,
    )
