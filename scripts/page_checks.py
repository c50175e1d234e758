"""The page's own checks, as commands for run_tests.py: built, typed, linted, weighed, and its unit tests."""

import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import node


@dataclass(frozen=True)
class PageCheck:
    """One line of the closing table."""

    name: str
    command: list[str | Path]
    # Where the check counts its tests; others count as one.
    report: Path | None = None


def page_checks(found: node.Node, scratch: Path) -> list[PageCheck]:
    """In their order: the first one fetches what the others need."""
    npm: list[str | Path] = [*found.npm, "--prefix", "frontend"]
    report = scratch / "page.xml"
    reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={report}"]
    return [
        PageCheck("page: build", [sys.executable, "-I", "scripts/page.py", "--required", "--tools"]),
        PageCheck("page: types, lint", [*npm, "run", "check"]),
        PageCheck("page: weight", [*npm, "run", "build", "--", "--out", scratch / "page"]),
        PageCheck("page: unit tests", [*npm, "test", "--", *reporters], report),
    ]


def counted(report: Path) -> tuple[int, int, int]:
    """How many tests passed, failed and were left out; raises OSError, ElementTree.ParseError."""
    suites = ElementTree.parse(report).getroot()  # noqa: S314 - vitest wrote it just now
    cases = list(suites.iter("testcase"))
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped
