"""What a benchmark found: the raw numbers, and the ratios that may be compared between machines."""

import json
import os
import platform
import re
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(__file__).resolve().parent / "results"


@dataclass
class Result:
    """`ratios` say how often what ours is compared with goes into it; `raw` holds every single number."""

    name: str
    ratios: dict[str, float | None]
    table: list[list[str]]
    raw: dict[str, Any] = field(default_factory=dict)
    # Whether all was measured that a benchmark measures when nothing less is asked for.
    is_whole: bool = True

    def text(self) -> str:
        widths = [max(len(row[index]) for row in self.table) for index in range(len(self.table[0]))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in self.table
        )

    def last_line(self) -> str:
        return json.dumps({"benchmark": self.name, "ratios": self.ratios})

    def keep(self) -> Path:
        """Writes everything, with what it ran on, into `bench/results`."""
        FOLDER.mkdir(exist_ok=True)
        place = FOLDER / f"{self.name}.json"
        found = {"name": self.name, "ratios": self.ratios, "table": self.table, "raw": self.raw}
        place.write_text(json.dumps({"machine": machine(), **found}, indent=1) + "\n")
        return place


def kept(name: str) -> dict[str, Any]:
    """What was found and kept the last time, with its machine."""
    place = FOLDER / f"{name}.json"
    if not place.exists():
        raise SystemExit(f"Nothing is kept yet: bench/run {name}, without --quick, keeps what it finds.")
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
    }


def machine_text(facts: dict[str, Any]) -> str:
    cores = f"{facts['cores']} cores ({facts['processor']})"
    return f"Measured on {cores}, {facts['system']}, Python {facts['python']}"


def _processor() -> str:
    """As Linux names it."""
    try:
        named = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        return ""
    return named[1] if named else ""


def middle(numbers: list[float]) -> float:
    return round(median(numbers), 3)


def ratio(ours: float, other: float) -> float | None:
    """To three digits that mean something; None where there is nothing to divide by."""
    return float(f"{ours / other:.3g}") if other else None
