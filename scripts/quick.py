"""The quick loop, `make quick`: lint, imports, the tests without a database, and those of what has changed.

What has changed is what git says differs from the last commit, or the last commit itself where nothing does.
"""

# ruff: noqa: S603 - every command here is made of the project's own words and git's file names

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BIN = PROJECT / ".venv" / "bin"
PYTEST = [BIN / "python", "-m", "pytest", "-q", "--reuse-db"]
# The contract tests of a package that has no folder of its own name there.
CONTRACTS = {"core": "tests/contract/api", "config": "tests/contract/api"}
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Step:
    """A command and what it is called; a test run without tests is no failure."""

    name: str
    command: list[str | Path]


def main() -> int:
    begin = time.monotonic()
    changed = changed_files()
    lint = [
        Step("format", [BIN / "ruff", "format", "--check", "."]),
        Step("lint", [BIN / "ruff", "check", "."]),
        Step("imports", [BIN / "lint-imports"]),
        *steps_of_changes(changed),
    ]
    with ThreadPoolExecutor() as executor:
        without_database = Step(
            "tests without a database", [*PYTEST, "-n", "2", "--without-database", "backend"]
        )
        both = [executor.submit(failures, steps) for steps in ([without_database], lint)]
        failed = [name for lane in both for name in lane.result()]
    tell(f"\n{time.monotonic() - begin:.0f} s. " + (f"FAILED: {', '.join(failed)}" if failed else "Passed."))
    return 1 if failed else 0


def changed_files() -> list[str]:
    """Below the project's folder; those of the last commit where nothing has changed since."""
    uncommitted = git("diff", "--name-only", "HEAD") + git("ls-files", "--others", "--exclude-standard")
    return uncommitted or git("diff", "--name-only", "HEAD~1")


def git(*words: str) -> list[str]:
    command = [shutil.which("git") or "git", *words]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def steps_of_changes(changed: Iterable[str]) -> list[Step]:
    """The tests of the changed packages, on SQLite, and their contract tests against one embedded server."""
    units, contracts, is_page = set(), set(), False
    for parts in (Path(name).parts for name in changed):
        match parts:
            case ["backend", "apps", app, *_]:
                units.add(f"backend/apps/{app}")
                contracts.add(CONTRACTS.get(app, f"tests/contract/{app}"))
            case ["backend", ("core" | "config") as package, *_]:
                units.add(f"backend/{package}")
                contracts.add(CONTRACTS[package])
            case ["tests", "contract", folder, _, *_]:
                contracts.add(f"tests/contract/{folder}")
            case ["frontend", "src", *_]:
                is_page = True
    steps = [Step(f"tests of {path}", [*PYTEST, path]) for path in existing(units)]
    if paths := existing(contracts):
        steps.append(Step(f"{', '.join(paths)}", [*PYTEST, "--no-services", *paths]))
    if is_page:
        steps.append(Step("page: unit tests", ["npm", "--prefix", "frontend", "test", "--", "--changed"]))
    return steps


def existing(paths: Iterable[str]) -> list[str]:
    return sorted(path for path in paths if (PROJECT / path).is_dir())


def failures(steps: list[Step]) -> list[str]:
    """Runs them one after the other; the names of those that failed."""
    return [step.name for step in steps if not passes(step)]


def passes(step: Step) -> bool:
    """Prints what it wrote only when it has failed: another step runs beside it."""
    begin = time.monotonic()
    environment = os.environ | {"ENV_FILE": os.devnull, "PYTHONPATH": str(PROJECT / "backend")}
    done = subprocess.run(step.command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    result = "passed" if done.returncode in (0, NO_TESTS_COLLECTED) else "FAILED"
    output = f"\n{done.stdout}{done.stderr}" if result == "FAILED" else ""
    tell(f"=== {step.name}: {result}, {time.monotonic() - begin:.0f} s{output}")
    return result == "passed"


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
