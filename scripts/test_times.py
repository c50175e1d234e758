"""Durations of a test run from pytest's reports: seconds by folder and size, and the slowest tests."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

SLOWEST = 30
# How many parts of a module name form the folder: backend.apps.playlist, backend.core, tests.contract.
DEPTHS = {"backend.apps": 3, "tests.contract": 3}


@dataclass(frozen=True)
class TimedTest:
    """One test of a report, with the seconds of its fixtures; `part` is the part of the run."""

    part: str
    module: str
    name: str
    seconds: float
    size: str

    @property
    def folder(self) -> str:
        names = self.module.split(".")
        return "/".join(names[: DEPTHS.get(".".join(names[:2]), 2)])


def read_report(report: Path, *, part: str) -> list[TimedTest]:
    """The tests of a JUnit report; raises OSError, ElementTree.ParseError."""
    cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - pytest wrote it just now
    return [
        TimedTest(
            part=part,
            module=case.get("classname", ""),
            name=case.get("name", ""),
            seconds=float(case.get("time", 0)),
            size=_size_of(case, part),
        )
        for case in cases
    ]


def _size_of(case: ElementTree.Element, part: str) -> str:
    """The size reported by `tests/conftest.py`, otherwise the suffix of the part's name."""
    found = case.find("properties/property[@name='size']")
    if found is not None:
        return found.get("value", "")
    return part.rsplit(", ", 1)[-1] if part.startswith("unit tests") else "-"


def summary(tests: list[TimedTest]) -> str:
    """Both tables as text; empty without tests."""
    if not tests:
        return ""
    seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for test in tests:
        seconds[test.folder, test.size] += test.seconds
        counts[test.folder, test.size] += 1
    lines = ["", "=== seconds by folder and size (all workers together) ==="]
    for folder, size in sorted(seconds, key=lambda place: -seconds[place]):
        key = (folder, size)
        lines.append(f"{seconds[key]:>7.1f} s  {counts[key]:>5} tests  {size:<9} {folder}")
    lines += ["", f"=== the {SLOWEST} slowest tests ==="]
    for test in sorted(tests, key=lambda test: -test.seconds)[:SLOWEST]:
        lines.append(f"{test.seconds:>7.1f} s  {test.size:<9} {test.module}::{test.name}")
    return "\n".join(lines)
