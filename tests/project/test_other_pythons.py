"""Which other Pythons the unit tests run on: the supported ones that work, each in its own environment."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scripts import environment, other_pythons
from scripts.arguments import Request
from tests.processes import PROJECT

OWN = "{}.{}".format(*sys.version_info[:2])
OTHERS = [version for version in other_pythons.supported_versions() if version != OWN]


def put_python(path: Path, *, says: str) -> Path:
    """A program that answers as a Python of this version does; without one it fails as pyenv's shims do."""
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{f'echo {says}' if says else 'exit 127'}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has no other Python yet."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def test_a_machine_without_others_has_none(home: Path) -> None:
    assert other_pythons.other_pythons() == {}


@pytest.mark.parametrize("version", OTHERS)
@pytest.mark.parametrize(
    "place",
    [
        "bin/python{}",
        ".pyenv/versions/{}.7/bin/python",
        ".local/share/uv/python/cpython-{}.7-linux-x86_64-gnu/bin/python",
    ],
)
def test_it_is_found_where_it_is_kept(home: Path, version: str, place: str) -> None:
    put_python(home / ".pyenv/shims/python", says="")
    python = put_python(home / place.format(version), says=version)

    assert other_pythons.other_pythons() == {version: python}


def test_one_that_does_not_work_is_passed_over(home: Path) -> None:
    version = OTHERS[0]
    put_python(home / f"bin/python{version}", says="")
    python = put_python(home / f".pyenv/versions/{version}.7/bin/python", says=version)

    assert other_pythons.other_pythons() == {version: python}


def test_the_one_of_the_environment_itself_is_no_other(home: Path) -> None:
    put_python(home / f"bin/python{OWN}", says=OWN)

    assert other_pythons.other_pythons() == {}


def test_everybody_names_the_same_oldest_python() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    oldest = other_pythons.supported_versions()[0]
    finder = (PROJECT / "scripts" / "find-python.sh").read_text()

    assert project["project"]["requires-python"] == f">={oldest}"
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert "{}.{}".format(*environment.OLDEST_PYTHON) == oldest
    assert set(re.findall(r"\(3, \d+\)", finder)) == {str(environment.OLDEST_PYTHON)}
    assert set(re.findall(r"Python (3\.\d+) or newer", finder)) == {oldest}


def test_limitations_name_the_pythons_that_are_supported() -> None:
    named = re.findall(r"\b3\.1\d\b", (PROJECT / "LIMITATIONS.md").read_text())

    assert set(named) == set(other_pythons.supported_versions())


def test_the_environment_is_made_in_the_folder_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("")
    (tmp_path / "scripts" / "uv.txt").write_text("")
    script = shutil.copy(PROJECT / "scripts" / "environment.py", tmp_path / "scripts")

    subprocess.run([sys.executable, "-I", script, "base", ".venv-of-another"], check=True)

    made = tmp_path / ".venv-of-another" / "bin" / "python"
    said = subprocess.run([made, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True)
    assert Path(said.stdout.strip()) == tmp_path / ".venv-of-another"
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], []),
        (["--long"], ["--long"]),
        (["--no-services", "--long", "-k", "vote"], ["--long", "--no-services"]),
        (["--pythons"], []),
    ],
)
def test_only_the_tests_of_real_servers_are_told_of_our_own_options(
    words: list[str], told: list[str]
) -> None:
    request = Request(words)

    assert request.options_of_tests() == told
    assert not any(option.startswith("--") for option in request.options)
