"""What a benchmark found: the raw numbers, and the ratios that may be compared between machines."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(__file__).resolve().parent / "results"


@dataclass
class Result:
    """`ratios` say how often what ours is compared with goes into it; `raw` holds every single number."""

    name: str
    ratios: dict[str, float]
    table: list[list[str]]
    raw: dict[str, Any] = field(default_factory=dict)

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
        machine = {
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "load": [round(load, 1) for load in os.getloadavg()],
        }
        place.write_text(json.dumps({"machine": machine, **asdict(self)}, indent=1) + "\n")
        return place


def middle(numbers: list[float]) -> float:
    return round(median(numbers), 3)


def ratio(ours: float, other: float) -> float:
    return round(ours / other, 2) if other else float("inf")
