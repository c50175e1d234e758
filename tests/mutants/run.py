"""Runs each mutant against the suites of its area: `python -m tests.mutants.run [--only NAME_OR_AREA …]`.

Suites run without a mutant first, since only a suite that passes then can catch anything. All this is done in
a copy of the tree. A run that does not end is repeated beside runs without the mutant in a second copy: only
those show how slow the machine is at that time.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from tests.mutants.mutants import AREAS, MUTANTS, Mutant, Stage
from tests.node import found_node
from tests.services import parent_death_options

PROJECT = Path(__file__).resolve().parent.parent.parent
# How long a stage may take without a mutant. With one: so many times as long as without, and at least this.
CLEAN_SECONDS, TIMES_LONGER, LEAST_SECONDS = 3600, 10, 300
# A test may take so long, also on a busy machine; and what pytest and vitest say when it does not end then.
TEST_SECONDS = 600
OVERDUE = re.compile(r"Failed: Timeout|Test timed out in")
POLL_SECONDS = 1.0
# Of the output of tests that could not run.
SHOWN_CHARACTERS = 2000
INTERRUPTED = 130
# Of pytest: tests failed, tests could not be collected, there are none.
FAILED_CODES, NO_TESTS = {1, 2}, 5
FIRST_FAILURE = re.compile(r"^ *(?:FAILED|ERROR|FAIL) +(.+)$", re.MULTILINE)
PASSED, FAILED, LATE, ABSENT, BROKEN = "passed", "failed", "late", "absent", "broken"
CAUGHT, SURVIVED, NOT_JUDGED = "caught", "survived", "not judged"


class Workspace:
    """The copy, with folders of its own for the server's data and for what tests leave behind."""

    def __init__(self, folder: Path) -> None:
        self.tree, self._data, self._scratch = (folder / name for name in ("tree", "data", "scratch"))
        copy_tree(PROJECT, self.tree)
        self._data.mkdir()
        self._scratch.mkdir()

    def fate(self, area: str, mutant: Mutant) -> str:
        """By the stages that pass without the mutant, until one fails."""
        fate = SURVIVED
        for stage in AREAS[area]:
            clean, seconds = self.clean(stage)
            if clean == PASSED:
                with self._mutated(mutant):
                    outcome, _, test = self._run(stage, after(max(LEAST_SECONDS, TIMES_LONGER * seconds)))
                    if outcome == LATE:
                        outcome, _, test = self._run_beside_clean_runs(stage)
                if outcome != PASSED:
                    is_caught = outcome in {FAILED, LATE}
                    return f"{CAUGHT} by {stage.name} {test}" if is_caught else NOT_JUDGED
            elif clean != ABSENT:
                fate = NOT_JUDGED
        return fate

    def _run_beside_clean_runs(self, stage: Stage) -> tuple[str, float, str]:
        """For as long as so many runs without the mutant take, one after the other, at the same time."""
        report(f"late, and repeated beside runs without the mutant: {' '.join(stage.paths)}")
        folder = self.tree.parent / "beside"
        folder.mkdir()
        beside = Workspace(folder)
        try:
            with ThreadPoolExecutor() as executor:
                clean = executor.submit(lambda: [beside.clean_again(stage) for _ in range(TIMES_LONGER)])
                late = after(LEAST_SECONDS)
                outcome, seconds, test = self._run(stage, lambda: clean.done() and late())
                was_clean = set(clean.result()) == {PASSED}
        finally:
            shutil.rmtree(folder)
        return (outcome if was_clean or outcome == PASSED else BROKEN), seconds, test

    def clean_again(self, stage: Stage) -> str:
        """What becomes of a stage without a mutant now."""
        return self._run(stage, after(CLEAN_SECONDS))[0]

    @cache  # noqa: B019 - there is one workspace
    def clean(self, stage: Stage) -> tuple[str, float]:
        """What becomes of a stage without a mutant."""
        outcome, seconds, test = self._run(stage, after(CLEAN_SECONDS))
        report(f"without a mutant: {' '.join(stage.paths):<60} {outcome:<7} {seconds:>6.1f} s  {test}")
        return outcome, seconds

    @contextlib.contextmanager
    def _mutated(self, mutant: Mutant) -> Iterator[None]:
        path = self.tree / mutant.file
        original = path.read_text()
        path.write_text(original.replace(mutant.old, mutant.new))
        try:
            yield
        finally:
            path.write_text(original)

    def _run(self, stage: Stage, is_late: Callable[[], bool]) -> tuple[str, float, str]:
        """Runs the stage until its first failure, which is named, or until it is late."""
        folder = self.tree / "frontend" if stage.is_vitest else self.tree
        paths = [path for path in stage.paths if (folder / path).exists()]
        if not paths:
            return ABSENT, 0.0, ""
        begin, output = time.monotonic(), self._scratch / "output"
        command = self._vitest(paths) if stage.is_vitest else self._pytest(paths)
        with output.open("w") as file:
            options: dict[str, Any] = {"cwd": folder, "env": self._environment(), "start_new_session": True}
            process = subprocess.Popen(command, stdout=file, stderr=file, **options, **parent_death_options())
            code: int | None = None
            try:
                while code is None and not is_late():
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        code = process.wait(POLL_SECONDS)
            finally:
                with contextlib.suppress(ProcessLookupError):  # also servers that a test left behind
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        seconds, said = time.monotonic() - begin, output.read_text(errors="replace")
        test = FIRST_FAILURE.search(said.rpartition("short test summary info")[2])
        if code is None or OVERDUE.search(said):
            return LATE, seconds, f"did not end in time: {test[1] if test else last_line(said)}"
        if code in {0, NO_TESTS}:
            return ABSENT if code else PASSED, seconds, ""
        if code in FAILED_CODES and test:
            return FAILED, seconds, test[1]
        sys.stderr.write(said[-SHOWN_CHARACTERS:])
        return BROKEN, seconds, f"exit code {code}"

    def _pytest(self, paths: list[str]) -> list[str]:
        options = ["-x", "-v", "-p", "no:cacheprovider", "-p", "no:randomly", f"--timeout={TEST_SECONDS}"]
        options += ["--no-services"] if paths[0].startswith("tests/") else []
        return [str(self.tree / ".venv" / "bin" / "python"), "-m", "pytest", *options, *paths]

    def _vitest(self, paths: list[str]) -> list[str]:
        options = ["--bail=1", "--maxWorkers=1"]
        options += [f"--{kind}Timeout={TEST_SECONDS * 1000}" for kind in ("test", "hook")]
        return [
            found_node().program,
            "node_modules/vitest/vitest.mjs",
            "run",
            *options,
            *paths,
        ]

    def _environment(self) -> dict[str, str]:
        """Without the caller's settings of the server, which would change what is tested."""
        settings = set(re.findall(r"^#?([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
        kept = {name: value for name, value in os.environ.items() if name not in settings}
        own = {"ENV_FILE": os.devnull, "DATA_DIR": str(self._data), "TMPDIR": str(self._scratch)}
        own |= {"NO_COLOR": "1", "FORCE_COLOR": "0"}
        return kept | own | {"PYTHONPATH": str(self.tree / "backend")}


def after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds have passed since this call."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def last_line(text: str) -> str:
    """pytest writes a test's name before it runs it."""
    return text.rstrip().rpartition("\n")[2]


def copy_tree(tree: Path, copy: Path) -> None:
    """What git knows or would add; what is installed or built is linked."""
    listed = ["git", "-C", str(tree), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (tree / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / name, copy / name, follow_symlinks=False)
    modules = tree / "frontend" / "node_modules"
    if not modules.is_dir():
        sys.exit("The web app's packages are not installed. Type: make page")
    (copy / "frontend" / "node_modules").mkdir()
    # One by one: what vitest caches there stays in the copy.
    packages = [path.relative_to(tree) for path in modules.iterdir() if not path.name.startswith(".vite")]
    for path in (Path(".venv"), Path("frontend/dist"), *packages):
        if (tree / path).exists():
            (copy / path).symlink_to((tree / path).resolve())


def main() -> int:
    """1 when a mutant survived or could not be judged, 2 when one fits the product no more."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.run", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME_OR_AREA", help="only these mutants")
    words = parser.parse_args().only
    mutants = [(area, one) for area, those in MUTANTS.items() for one in those]
    if unknown := set(words) - set(AREAS) - {one.name for _, one in mutants}:
        parser.error(f"There is no mutant and no area of this name: {', '.join(sorted(unknown))}")
    chosen = [(area, one) for area, one in mutants if not words or {area, one.name} & set(words)]
    if stale := [one.name for _, one in chosen if (PROJECT / one.file).read_text().count(one.old) != 1]:
        report(f"The old text of these does not occur exactly once: {', '.join(stale)}")
        return 2
    fates = []
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        workspace = Workspace(Path(folder))
        for area, mutant in chosen:
            fates.append(workspace.fate(area, mutant))
            effect = "" if fates[-1].startswith(CAUGHT) else f" {mutant.file}: {mutant.effect}"
            report(f"{area:<16} {mutant.name:<42} {fates[-1]}{effect}")
    not_caught = len([fate for fate in fates if not fate.startswith(CAUGHT)])
    report(f"{len(fates) - not_caught} caught, {not_caught} survived or not judged")
    return 1 if not_caught else 0


def report(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
