"""Results of benchmarks: raw numbers, and ratios that are comparable between machines."""

import json
import os
import platform
import re
import sqlite3
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median as median_of
from typing import Any

FOLDER = Path(__file__).resolve().parent / "results"
PACKAGES = ("django", "djangorestframework", "channels", "channels-redis", "daphne", "psycopg", "redis")


@dataclass
class Result:
    """`ratios` are Tutti's values divided by the baseline's; `raw` contains all numbers."""

    name: str
    ratios: dict[str, float | None]
    table: list[list[str]]
    raw: dict[str, Any] = field(default_factory=dict)
    # Whether the benchmark was complete, not limited by options.
    is_whole: bool = True

    def text(self) -> str:
        widths = [max(len(row[index]) for row in self.table) for index in range(len(self.table[0]))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in self.table
        )

    def last_line(self) -> str:
        return json.dumps({"benchmark": self.name, "ratios": self.ratios})

    def save(self) -> Path:
        """Writes the result with a description of the machine to `bench/results`."""
        FOLDER.mkdir(exist_ok=True)
        place = FOLDER / f"{self.name}.json"
        found = {"name": self.name, "ratios": self.ratios, "table": self.table, "raw": self.raw}
        place.write_text(json.dumps({"machine": machine(), **found}, indent=1) + "\n")
        return place


def load_result(name: str) -> dict[str, Any]:
    """The last saved result, with its machine."""
    place = FOLDER / f"{name}.json"
    if not place.exists():
        raise SystemExit(f"No result is saved. Run bench/run {name} without --quick.")
    found: dict[str, Any] = json.loads(place.read_text())
    return found


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "commit": _commit(),
        "versions": {"sqlite": sqlite3.sqlite_version, **{name: version(name) for name in PACKAGES}},
    }


def machine_text(facts: dict[str, Any]) -> str:
    cores = f"{facts['cores']} cores ({facts['processor']})"
    commit = f", at commit {facts['commit']}" if facts.get("commit") else ""
    return f"Measured on {cores}, {facts['system']}, Python {facts['python']}{commit}"


def _commit() -> str:
    """The measured commit, and whether files differed from it; empty outside a clone."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True)
        return done.stdout.strip()
    except OSError:
        return ""


def _processor() -> str:
    """The processor's name from Linux."""
    try:
        named = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        return ""
    return named[1] if named else ""


def median(numbers: list[float]) -> float:
    return round(median_of(numbers), 3)


def ratio(ours: float, other: float) -> float | None:
    """Three significant digits; None if `other` is 0."""
    return float(f"{ours / other:.3g}") if other else None
