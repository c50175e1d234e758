"""The quick loop, `make quick`: lint, imports, the tests without a database, and those of what has changed.

Changed files are git's differences from the last commit, or those of the last commit without any.
"""

# ruff: noqa: S603 - all commands consist of the project's own arguments and git's file names

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import node
from run_tests import BIN, NO_TESTS_COLLECTED, PROJECT, clean_environment, report

PYTEST = [BIN / "python", "-m", "pytest", "-q"]
UNIT = [*PYTEST, "--hypothesis-profile=quick"]
# The unit tests of an app that has none of its own.
UNIT_TESTS = {"rooms": "backend/apps/playlist/tests/test_rooms.py"}
# The contract tests of a package that has no folder of its own name there. Jobs have none.
CONTRACTS = {
    **dict.fromkeys(("core", "config", "server", "api", "frontend"), "tests/contract/api"),
    **dict.fromkeys(("counts", "tunemeld"), "tests/contract/charts"),
    "audio": "tests/contract/playlist/test_audio.py",
}


@dataclass(frozen=True)
class Step:
    """A command with its name; a test run without tests does not fail."""

    name: str
    command: list[str | Path]


def main() -> int:
    begin = time.monotonic()
    base, changed = changed_files()
    lint = [
        Step("format", [BIN / "ruff", "format", "--check", "."]),
        Step("lint", [BIN / "ruff", "check", "."]),
        Step("imports", [BIN / "lint-imports"]),
        *steps_of_changes(changed, base=base),
    ]
    with tempfile.TemporaryDirectory(prefix="tutti-quick-") as scratch, ThreadPoolExecutor() as executor:
        without_database = Step(
            "tests without a database", [*UNIT, "-n", "2", "--database=without", "backend"]
        )
        environment = clean_environment(Path(scratch))
        both = [executor.submit(failures, steps, environment) for steps in ([without_database], lint)]
        failed = [name for lane in both for name in lane.result()]
    result = f"FAILED: {', '.join(failed)}" if failed else "Passed."
    report(f"\n{time.monotonic() - begin:.0f} s. {result}")
    return 1 if failed else 0


def changed_files() -> tuple[str, list[str]]:
    """The commit to compare with, and the files: those of the last commit where nothing has changed since."""
    uncommitted = git("diff", "--name-only", "HEAD") + git("ls-files", "--others", "--exclude-standard")
    return ("HEAD", uncommitted) if uncommitted else ("HEAD~1", git("diff", "--name-only", "HEAD~1"))


def git(*words: str) -> list[str]:
    command = [shutil.which("git") or "git", *words]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def steps_of_changes(changed: Iterable[str], *, base: str) -> list[Step]:
    """The tests of the changed packages, on SQLite, and their contract tests against one embedded server.

    Of the web app's tests, those that depend on files that changed since the commit `base`.
    """
    units, contracts, is_page = set(), set(), False
    for parts in (Path(name).parts for name in changed):
        match parts:
            case ["backend", "apps", app, *_]:
                units.add(UNIT_TESTS.get(app, f"backend/apps/{app}"))
                contracts.add(CONTRACTS.get(app, f"tests/contract/{app}"))
            case ["backend", ("core" | "config" | "server") as package, *_]:
                units.add(f"backend/{package}")
                contracts.add(CONTRACTS[package])
            case ["tests", "contract", folder, _, *_]:
                contracts.add(f"tests/contract/{folder}")
            case ["tests", "contract", file] if file.startswith("test_"):
                contracts.add(f"tests/contract/{file}")
            case ["frontend", "src", *_]:
                is_page = True
    steps = []
    if paths := existing(units):
        steps.append(Step(f"tests of {', '.join(paths)}", [*UNIT, "--database=with", *paths]))
    if paths := existing(contracts):
        steps.append(Step(f"{', '.join(paths)}", [*PYTEST, "--no-services", *paths]))
    if is_page:
        steps += steps_of_page(base)
    return steps


def steps_of_page(base: str) -> list[Step]:
    """With this machine's Node or the packaged one; what the tests need is installed first."""
    install = Step(
        "page: build", [sys.executable, "-I", "scripts/build_frontend.py", "--required", "--tools"]
    )
    found = node.find_node()
    if found is None:  # the build says what to install
        return [install]
    vitest = "frontend/node_modules/vitest/vitest.mjs"
    test: list[str | Path] = [found.program, vitest, "run", "--root", "frontend", "--changed", base]
    return [install, Step("page: unit tests", test)]


def existing(paths: Iterable[str]) -> list[str]:
    return sorted(path for path in paths if (PROJECT / path).exists())


def failures(steps: list[Step], environment: dict[str, str]) -> list[str]:
    """Runs them one after the other; the names of those that failed."""
    return [step.name for step in steps if not passes(step, environment)]


def passes(step: Step, environment: dict[str, str]) -> bool:
    """Prints what it wrote only when it has failed: another step runs beside it."""
    begin = time.monotonic()
    done = subprocess.run(step.command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    result = "passed" if done.returncode in (0, NO_TESTS_COLLECTED) else "FAILED"
    output = f"\n{done.stdout}{done.stderr}" if result == "FAILED" else ""
    report(f"=== {step.name}: {result}, {time.monotonic() - begin:.0f} s{output}")
    return result == "passed"


if __name__ == "__main__":
    sys.exit(main())
