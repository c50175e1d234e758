"""Runs the unit tests on every supported Python of this machine but the one of `.venv`.

Each has an environment of its own beside it, as `.venv-3.13`. Which are supported, pyproject.toml says.
"""

# ruff: noqa: S603 - every command here is made of the project's own words

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")
# Prints which Python it is, and fails where a part is missing that the project needs.
QUESTION = "import sqlite3, ssl, sys, venv; print('%d.%d' % sys.version_info[:2])"
# Where pyenv and uv keep the Pythons that they install.
KEPT_AT = (".pyenv/versions/{}.*/bin/python", ".local/share/uv/python/cpython-{}.*/bin/python")


def supported_versions() -> list[str]:
    """From the oldest to the newest."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    return [found[1] for told in project["classifiers"] if (found := CLASSIFIER.fullmatch(told))]


def other_pythons() -> dict[str, Path]:
    """Version and interpreter of each that is installed here."""
    own = "{}.{}".format(*sys.version_info[:2])
    found = {version: find_python(version) for version in supported_versions() if version != own}
    return {version: python for version, python in found.items() if python is not None}


def find_python(version: str) -> Path | None:
    return next((python for python in candidates(version) if answer_of(python) == version), None)


def candidates(version: str) -> Iterator[Path]:
    if on_path := shutil.which(f"python{version}"):
        yield Path(on_path)
    for pattern in KEPT_AT:
        yield from sorted(Path.home().glob(pattern.format(version)), reverse=True)


def answer_of(python: Path) -> str:
    """Its version; empty when it does not work, as a shim of pyenv whose Python is not chosen."""
    return subprocess.run([python, "-I", "-c", QUESTION], capture_output=True, text=True).stdout.strip()


def prepared(version: str, python: Path) -> Path | None:
    """The Python of an environment that has everything; None when it could not be made."""
    folder = f".venv-{version}"
    made = subprocess.run([python, "-I", PROJECT / "scripts" / "environment.py", "dev", folder])
    return PROJECT / folder / "bin" / "python" if made.returncode == 0 else None
