"""The environment in which tests run `./tutti speaker --sendspin` and its players: it needs a newer Python.

`.venv-sendspin`, with requirements/sendspin-player.txt. Without such a Python, these tests are left out.
"""

# ruff: noqa: S603 - all commands consist of the project's own arguments

import functools
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = ".venv-sendspin"
PYTHON = PROJECT / FOLDER / "bin" / "python"
LEFT_OUT = "No Python 3.12 or newer was found: NOTHING was tested with Sendspin."


@functools.cache
def newer_python() -> str:
    """As `./tutti` finds it; empty if there is none."""
    script = f'oldest_minor=12; . "{PROJECT}/scripts/find-python.sh" 2>/dev/null; echo "$python"'
    found = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True)
    return found.stdout.strip()


def prepare() -> bool:
    """Whether the environment is complete."""
    command = [newer_python(), "-I", PROJECT / "scripts" / "environment.py", "sendspin-player", FOLDER]
    return subprocess.run(command).returncode == 0
