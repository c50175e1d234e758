"""The web app's checks, as commands for run_tests.py: build, types, lint, sizes, unit tests."""

import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import node


@dataclass(frozen=True)
class FrontendCheck:
    """One row of the final table."""

    name: str
    command: list[str | Path]
    # The report with the number of tests; without one, the check counts as one test.
    report: Path | None = None


def check_frontend(found: node.Node, scratch: Path) -> list[FrontendCheck]:
    """In order: the first one installs the packages for the others."""
    npm: list[str | Path] = [*found.npm, "--prefix", "frontend"]
    report = scratch / "page.xml"
    reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={report}"]
    return [
        FrontendCheck(
            "page: build", [sys.executable, "-I", "scripts/build_frontend.py", "--required", "--tools"]
        ),
        FrontendCheck("page: types, lint", [*npm, "run", "check"]),
        FrontendCheck("page: weight", [*npm, "run", "build", "--", "--out", scratch / "page"]),
        FrontendCheck("page: unit tests", [*npm, "test", "--", *reporters], report),
    ]


def counted(report: Path) -> tuple[int, int, int]:
    """The numbers of passed, failed and skipped tests; raises OSError, ElementTree.ParseError."""
    suites = ElementTree.parse(report).getroot()  # noqa: S314 - vitest wrote it just now
    cases = list(suites.iter("testcase"))
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - failed - skipped, failed, skipped
