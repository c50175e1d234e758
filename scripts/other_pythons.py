"""Runs the unit tests on all supported Pythons of this machine except that of `.venv`.

Each has its own environment, such as `.venv-3.13`. pyproject.toml lists the supported versions.
"""

# ruff: noqa: S603 - all commands consist of the project's own arguments

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")
# Prints the Python's version, and fails if a module is missing that the project needs.
VERSION_CHECK = "import sqlite3, ssl, sys, venv; print('%d.%d' % sys.version_info[:2])"
# The folders of Pythons installed by pyenv and uv.
KEPT_AT = (".pyenv/versions/{}.*/bin/python", ".local/share/uv/python/cpython-{}.*/bin/python")


def supported_versions() -> list[str]:
    """From the oldest to the newest."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    return [found[1] for reported in project["classifiers"] if (found := CLASSIFIER.fullmatch(reported))]


def other_pythons() -> dict[str, Path]:
    """Versions and interpreters of the installed ones."""
    own = "{}.{}".format(*sys.version_info[:2])
    found = {version: find_python(version) for version in supported_versions() if version != own}
    return {version: python for version, python in found.items() if python is not None}


def find_python(version: str) -> Path | None:
    return next((python for python in candidates(version) if version_of(python) == version), None)


def candidates(version: str) -> Iterator[Path]:
    if on_path := shutil.which(f"python{version}"):
        yield Path(on_path)
    for pattern in KEPT_AT:
        yield from sorted(Path.home().glob(pattern.format(version)), reverse=True)


def version_of(python: Path) -> str:
    """Its version; empty if it does not work, such as a pyenv shim without a selected Python."""
    return subprocess.run([python, "-I", "-c", VERSION_CHECK], capture_output=True, text=True).stdout.strip()


def prepared(version: str, python: Path) -> Path | None:
    """The Python of a complete environment; None if it could not be created."""
    folder = f".venv-{version}"
    made = subprocess.run([python, "-I", PROJECT / "scripts" / "environment.py", "dev", folder])
    return PROJECT / folder / "bin" / "python" if made.returncode == 0 else None
