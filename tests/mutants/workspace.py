"""A copy of the tree in which one mutant at a time is tested."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

from tests.docs import node
from tests.mutants.mutants import Mutant, Stage
from tests.services import ends_with_us

# A test may take so long, also on a busy machine.
TEST_SECONDS = 600
# Of the output of tests that could not run.
SHOWN_CHARACTERS = 2000
# Of pytest: tests failed, and tests could not be collected.
FAILED_CODES = {1, 2}
NO_TESTS = 5


class Outcome(StrEnum):
    """What became of a stage."""

    PASSED = "passed"
    FAILED = "failed"
    # The tree has none of its paths.
    ABSENT = "absent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class StageResult:
    """`test` is the first one that failed; `left_out` are paths that the tree does not have."""

    outcome: Outcome
    seconds: float = 0.0
    test: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workspace:
    """The copy, with folders of its own for the server's data and for what tests leave behind."""

    tree: Path
    data: Path
    scratch: Path

    @contextlib.contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        path = self.tree / mutant.file
        original = path.read_text()
        path.write_text(original.replace(mutant.old, mutant.new))
        try:
            yield
        finally:
            path.write_text(original)

    async def run(self, stage: Stage, *, within_seconds: float) -> StageResult:
        """Runs the stage until its first failure."""
        folder = self.tree / "frontend" if stage.is_vitest else self.tree
        paths = [path for path in stage.paths if (folder / path).exists()]
        left_out = tuple(path for path in stage.paths if path not in paths)
        if not paths:
            return StageResult(Outcome.ABSENT, left_out=left_out)
        report = self.scratch / "report.xml"
        report.unlink(missing_ok=True)
        command = self._vitest(paths, report) if stage.is_vitest else self._pytest(paths, report)
        begin = time.monotonic()
        code = await self._code_of(command, folder, within_seconds)
        seconds = round(time.monotonic() - begin, 1)
        outcome, test = _outcome(code, report)
        if outcome is Outcome.BROKEN:
            sys.stderr.write((self.scratch / "output").read_text(errors="replace")[-SHOWN_CHARACTERS:])
        return StageResult(outcome, seconds, test, left_out)

    def _pytest(self, paths: Sequence[str], report: Path) -> list[str]:
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"--junitxml={report}"]
        options.append(f"--timeout={TEST_SECONDS}")
        if paths[0].startswith("tests/"):
            options.append("--no-services")
        return [str(self.tree / ".venv" / "bin" / "python"), "-m", "pytest", *options, *paths]

    def _vitest(self, paths: Sequence[str], report: Path) -> list[str]:
        program = node.program()
        if program is None:
            sys.exit(node.WITHOUT)
        options = ["--bail=1", "--maxWorkers=1", "--reporter=junit", f"--outputFile={report}"]
        options += [f"--{kind}Timeout={TEST_SECONDS * 1000}" for kind in ("test", "hook")]
        return [program, "node_modules/vitest/vitest.mjs", "run", *options, *paths]

    async def _code_of(self, command: list[str], folder: Path, within_seconds: float) -> int | None:
        """The command's exit code; None when it did not end in time."""
        with (self.scratch / "output").open("w") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env=self._environment(),
                stdout=output,
                stderr=output,
                start_new_session=True,
                **ends_with_us(),
            )
            try:
                return await asyncio.wait_for(process.wait(), within_seconds)
            except TimeoutError:
                return None
            finally:
                with contextlib.suppress(ProcessLookupError):  # also servers that a test left behind
                    os.killpg(process.pid, signal.SIGKILL)

    def _environment(self) -> dict[str, str]:
        """Without the caller's settings of the server, which would change what is tested."""
        example = (self.tree / ".env.example").read_text()
        settings = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
        kept = {name: value for name, value in os.environ.items() if name not in settings}
        own = {"ENV_FILE": os.devnull, "DATA_DIR": str(self.data), "TMPDIR": str(self.scratch)}
        return kept | own | {"PYTHONPATH": str(self.tree / "backend")}


def _outcome(code: int | None, report: Path) -> tuple[Outcome, str]:
    if code is None:
        return Outcome.FAILED, "did not end in time"
    if code in {0, NO_TESTS}:
        return (Outcome.PASSED if code == 0 else Outcome.ABSENT), ""
    test = first_failure(report)
    return (Outcome.FAILED, test) if code in FAILED_CODES and test else (Outcome.BROKEN, f"exit code {code}")


def first_failure(report: Path) -> str:
    """The name of the first test that failed, by a JUnit report; empty without one."""
    with contextlib.suppress(OSError, ElementTree.ParseError):
        for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - our own tests wrote it
            if case.find("failure") is not None or case.find("error") is not None:
                return f"{case.get('classname')}::{case.get('name')}"
    return ""


# --- Copies ------------------------------------------------------------------------------------------

Free = asyncio.Queue[Workspace]


@contextlib.contextmanager
def workspaces(tree: Path, count: int) -> Iterator[Free]:
    """So many copies of the tree, which go with the block."""
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        free: Free = asyncio.Queue()
        for number in range(count):
            own = Path(folder) / str(number)
            workspace = Workspace(own / "tree", own / "data", own / "scratch")
            copy_tree(tree, workspace.tree)
            workspace.data.mkdir()
            workspace.scratch.mkdir()
            free.put_nowait(workspace)
        yield free


@contextlib.asynccontextmanager
async def taken(free: Free) -> AsyncIterator[Workspace]:
    """One of them, put back at the end."""
    workspace = await free.get()
    try:
        yield workspace
    finally:
        free.put_nowait(workspace)


def copy_tree(tree: Path, copy: Path) -> None:
    """What git knows or would add; what is installed or built is linked."""
    listed = ["git", "-C", str(tree), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (tree / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / name, copy / name, follow_symlinks=False)
    modules = tree / "frontend" / "node_modules"
    (copy / "frontend" / "node_modules").mkdir()
    # One by one: what vitest caches there stays in the copy.
    packages = [path.relative_to(tree) for path in modules.iterdir() if not path.name.startswith(".vite")]
    for path in (Path(".venv"), Path("frontend/dist"), *packages):
        if (tree / path).exists():
            (copy / path).symlink_to((tree / path).resolve())
