"""Runs the checks and the tests, one part after another, and ends with a table of what ran on which versions.

Started by `run-tests.sh`, in the environment that has everything.
"""

# ruff: noqa: S603 - every command here is made of the project's own words and the caller's arguments

import contextlib
import importlib.metadata
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

PROJECT = Path(__file__).resolve().parent.parent
BIN = PROJECT / ".venv" / "bin"
# Needed if this module is imported.
sys.path[:0] = [str(PROJECT), str(PROJECT / "scripts")]

import check_frontend  # noqa: E402
import node as page_node  # noqa: E402 - only now to be found

from scripts import other_pythons, sendspin, test_times  # noqa: E402
from scripts.test_arguments import NO_SERVICES, Request  # noqa: E402
from tests import services  # noqa: E402

NO_TESTS_COLLECTED = 5
INTERRUPTED = 130
# An idle worker takes the second half of the busiest worker's tests, so neighbours stay together.
MAX_WORKERS = 4
CORES = os.cpu_count() or 1
SIDE_BY_SIDE = ["-n", str(min(CORES, MAX_WORKERS)), "--dist", "worksteal"]
# Tests of real servers often wait: twice as many workers keep the cores busy.
SERVERS_SIDE_BY_SIDE = ["-n", str(min(2 * CORES, MAX_WORKERS)), "--dist", "worksteal"]
SLOWING = {"PYTHONDONTWRITEBYTECODE"}
# Runs of the web app's random protocol test.
MORE_CHAOS_RUNS = {"CHAOS_RUNS": "2000"}
# A plugin loaded before Django's settings, in each worker.
OWN_REDIS = {"PYTEST_PLUGINS": "tests.worker_redis"}


@dataclass
class Outcome:
    """One row of the final table."""

    part: str
    runs_on: str = ""
    result: str = "not run"
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    tests: list[test_times.TimedTest] = field(default_factory=list)

    def line(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped" if self.runs_on else ""
        return (
            f"{self.part:<24} {self.result:<9} {self.seconds:>6.1f} s  {counts:<38} {self.runs_on}".rstrip()
        )


def main() -> int:
    begin = time.monotonic()
    request = Request(sys.argv[1:])
    if not request.is_for_other_pythons:
        if request.with_services and not get_services(is_long=request.is_long):
            return 1
        page_node.find_node()  # installs it if it is missing; tests that need it report a failure
        if sendspin.newer_python():
            sendspin.prepare()  # likewise
    with tempfile.TemporaryDirectory(prefix="tutti-tests-") as scratch:
        try:
            outcomes = list(run_parts(request, Path(scratch)))
        except KeyboardInterrupt:
            return INTERRUPTED
    return print_summary(outcomes, request, seconds=time.monotonic() - begin)


def run_parts(request: Request, scratch: Path) -> Iterator[Outcome]:
    if request.is_for_other_pythons:
        yield from run_on_other_pythons(request, scratch)
        return
    if not request.chooses:
        yield from run_all_checks(request, scratch)
    yield from run_tests(request, scratch)


# --- Parts -----------------------------------------------------------------------------------------


def run_all_checks(request: Request, scratch: Path) -> Iterator[Outcome]:
    """The checks of Python and of the web app concurrently: most of them use one core."""
    with ThreadPoolExecutor() as executor:
        both = [executor.submit(list, run(request, scratch)) for run in (run_checks, run_page_checks)]
        for outcomes in both:
            yield from outcomes.result()


def run_checks(_: Request, scratch: Path) -> Iterator[Outcome]:
    migrations = [sys.executable, "backend/manage.py", "makemigrations", "--check", "--dry-run"]
    checks = {
        "format": [BIN / "ruff", "format", "--check", "."],
        "lint": [BIN / "ruff", "check", "."],
        "types": [BIN / "mypy"],
        "imports": [BIN / "lint-imports"],
        "missing migrations": migrations,
    }
    for name, command in checks.items():
        outcome = Outcome(name)
        code = run_quietly(outcome, command, clean_environment(scratch))
        outcome.result, outcome.passed, outcome.failed = ("passed", 1, 0) if code == 0 else ("FAILED", 0, 1)
        yield outcome


def run_page_checks(request: Request, scratch: Path) -> Iterator[Outcome]:
    found = page_node.find_node()
    if found is None:
        yield Outcome("page", result="FAILED", failed=1)
        return
    for check in check_frontend.check_frontend(found, scratch):
        outcome = Outcome(check.name)
        environment = clean_environment(scratch) | {"PATH": found.path()}
        if request.is_long:
            environment |= MORE_CHAOS_RUNS
        code = run_quietly(outcome, check.command, environment)
        outcome.result, outcome.passed, outcome.failed = ("passed", 1, 0) if code == 0 else ("FAILED", 0, 1)
        if check.report and check.report.exists():
            outcome.runs_on = f"Node {page_node.version_of(found)}, vitest"
            outcome.passed, failed, outcome.skipped = check_frontend.counted(check.report)
            outcome.failed = max(failed, outcome.failed)
        yield outcome


def run_tests(request: Request, scratch: Path) -> Iterator[Outcome]:
    python = f"Python {platform.python_version()}, Django {version('django')}"
    embedded = f"{python}, SQLite {sqlite3.sqlite_version}"
    unit = Outcome("unit tests, embedded", embedded)
    yield run_pytest(unit, "backend", request, clean_environment(scratch), more=SIDE_BY_SIDE)

    unit_again = Outcome("unit tests, server", f"{python}, PostgreSQL, Redis")
    whole = Outcome("real servers", f"{embedded}, Daphne {version('daphne')}")
    if request.with_services:
        unit_again.runs_on = f"{python}, {services.versions()}"
        whole.runs_on = f"{whole.runs_on}, {services.versions()}"
        with services.both() as addresses:
            environment = clean_environment(scratch) | addresses | OWN_REDIS
            more = [*SIDE_BY_SIDE, *(["--database=all"] if request.is_long else [])]
            yield run_pytest(unit_again, "backend", request, environment, more=more)
    else:
        unit_again.result = "LEFT OUT"
        yield unit_again
    if request.is_long:
        yield from run_on_other_pythons(request, scratch)
    more = [*SERVERS_SIDE_BY_SIDE, *request.options_of_tests()]
    yield run_pytest(whole, "tests", request, clean_environment(scratch), more=more)
    if request.is_long and not request.chooses:
        yield run_mutants(scratch)


def run_mutants(scratch: Path) -> Outcome:
    """Runs the mutants: bugs that the tests must find."""
    outcome = Outcome("mutants")
    code = run(outcome, [sys.executable, "-m", "tests.mutants.run"], clean_environment(scratch))
    outcome.result, outcome.passed, outcome.failed = ("passed", 1, 0) if code == 0 else ("FAILED", 0, 1)
    return outcome


def run_on_other_pythons(request: Request, scratch: Path) -> Iterator[Outcome]:
    """The unit tests on each other supported Python of this machine."""
    if not request.paths_in("backend"):
        return
    found = other_pythons.other_pythons()
    if not found:
        yield Outcome("unit tests, more Pythons", result="NONE HERE")
    for version, interpreter in found.items():
        outcome = Outcome(f"unit tests, Python {version}")
        if python := other_pythons.prepared(version, interpreter):
            outcome.runs_on = versions_in(python)
            yield run_pytest(outcome, "backend", request, clean_environment(scratch), python=python)
        else:
            outcome.result, outcome.failed = "FAILED", 1
            yield outcome


def versions_in(python: Path) -> str:
    """The versions in an environment."""
    question = (
        "import django, platform, sqlite3; "
        "print(f'Python {platform.python_version()}, Django {django.__version__}, "
        "SQLite {sqlite3.sqlite_version}')"
    )
    return subprocess.run([python, "-c", question], capture_output=True, text=True).stdout.strip()


def run_pytest(
    outcome: Outcome,
    folder: str,
    request: Request,
    environment: dict[str, str],
    *,
    python: str | Path = sys.executable,
    more: Sequence[str] = (),
) -> Outcome:
    """Runs the folder's tests, or the requested ones; counts them by pytest's report."""
    paths = request.paths_in(folder)
    if not paths:
        return outcome
    report = Path(environment["DATA_DIR"]) / "report.xml"
    report.unlink(missing_ok=True)
    command = [python, "-m", "pytest", *more, *paths, *request.options, f"--junitxml={report}"]
    code = run(outcome, command, environment)
    if code == NO_TESTS_COLLECTED:
        outcome.result = "no tests"
        return outcome
    count(outcome, report)
    outcome.result = "passed" if code == 0 else "FAILED"
    if code != 0 and not outcome.failed:
        outcome.failed = 1  # pytest itself failed
    return outcome


def count(outcome: Outcome, report: Path) -> None:
    with contextlib.suppress(OSError, ElementTree.ParseError):
        outcome.tests = test_times.read_report(report, part=outcome.part)
        suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest wrote it just now
        if suite is not None:
            number = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            outcome.failed = number["failures"] + number["errors"]
            outcome.skipped = number["skipped"]
            outcome.passed = number["tests"] - outcome.failed - outcome.skipped


def run(outcome: Outcome, command: list[str | Path], environment: dict[str, str]) -> int:
    report(f"\n=== {outcome.part} ===")
    begin = time.monotonic()
    code = subprocess.run(command, cwd=PROJECT, env=environment).returncode
    outcome.seconds = time.monotonic() - begin
    return code


def run_quietly(outcome: Outcome, command: list[str | Path], environment: dict[str, str]) -> int:
    """Prints the command's output after its end, because others run concurrently."""
    begin = time.monotonic()
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    outcome.seconds = time.monotonic() - begin
    report(f"\n=== {outcome.part} ===\n{done.stdout}".rstrip())
    return done.returncode


def clean_environment(scratch: Path) -> dict[str, str]:
    """The environment without settings of the server, which would affect tests."""
    settings = set(re.findall(r"^#?([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    # Without a cache of compiled modules, each of hundreds of processes would compile them.
    kept = {name: value for name, value in os.environ.items() if name not in settings | SLOWING}
    return kept | {"ENV_FILE": os.devnull, "DATA_DIR": str(scratch), "PYTHONPATH": str(PROJECT / "backend")}


# --- Services --------------------------------------------------------------------------------------


def get_services(*, is_long: bool) -> bool:
    """Installs missing services, browsers and the proxy; False if that is not possible."""
    if not (packages := services.missing_packages(is_long=is_long)):
        return True
    if os.geteuid() == services.ROOT and shutil.which("apt-get"):
        report(f"Installing {' and '.join(packages)}…")
        services.install(packages)
        packages = services.missing_packages(is_long=is_long)
    if packages:
        report(f"The tests need more packages. Run: sudo apt-get install {' '.join(packages)}")
        report(f"To leave out the tests on PostgreSQL and Redis: ./run-tests.sh {NO_SERVICES}")
    return not packages


# --- Summary ---------------------------------------------------------------------------------------


def print_summary(outcomes: list[Outcome], request: Request, *, seconds: float) -> int:
    passed, failed = sum(one.passed for one in outcomes), sum(one.failed for one in outcomes)
    report(test_times.summary([test for outcome in outcomes for test in outcome.tests]))
    report("\n" + "\n".join(["=== everything ===", *(outcome.line() for outcome in outcomes)]))
    if not request.with_services:
        report(f"\n{NO_SERVICES}: NOTHING was tested on PostgreSQL and Redis.")
    if not request.is_for_other_pythons and not sendspin.newer_python():
        report(f"\n{sendspin.LEFT_OUT}")
    if request.chooses or request.is_for_other_pythons:
        report("\nOnly chosen tests: the checks (format, lint, types, imports, migrations) did not run.")
    report(f"\nTook {seconds / 60:.1f} minutes.\n\n{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


def version(package: str) -> str:
    return importlib.metadata.version(package)


def report(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
