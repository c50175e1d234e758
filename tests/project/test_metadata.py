"""What the project says of itself: its licence, its authors, its parts, and its Pythons."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from core import VERSION
from scripts import environment, other_pythons
from tests.processes import PROJECT

AUTHORS = "the Tutti contributors"
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)


def test_the_licence_is_mit_of_the_contributors_in_every_package_without_an_address() -> None:
    text = (PROJECT / "LICENSE").read_text()
    assert text.startswith(f"MIT License\n\nCopyright (c) {AUTHORS}\n\nPermission is hereby granted")
    python = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    page = json.loads((PROJECT / "frontend" / "package.json").read_text())

    assert (python["license"], python["authors"]) == ("MIT", [{"name": AUTHORS}])
    assert (page["license"], page["author"]) == ("MIT", AUTHORS)
    assert not ADDRESS.search(json.dumps([python, page]))


def test_make_sbom_reads_the_locks_that_the_image_installs() -> None:
    command = ["make", "--dry-run", "--assume-old=environment", "sbom"]
    output = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    [read] = re.findall(r"^cat (.*) \| \.venv-sbom/bin/cyclonedx-py ", output, re.MULTILINE)
    [installed] = re.findall(r"--require-hashes (-r .*base\.txt.*)", (PROJECT / "Dockerfile").read_text())

    assert read.split() == installed.replace("-r ", "").split()
    assert "cyclonedx-bom==" in (PROJECT / "requirements" / "sbom.txt").read_text()
    packages = re.findall(r" \w+:(frontend[\w/]*)", output)
    assert packages
    assert all((PROJECT / folder / "package-lock.json").exists() for folder in packages)


# The proof of every run: the test above; what the tool writes of a lock is not ours.
@pytest.mark.long
def test_make_sbom_lists_each_package_that_is_installed_and_shipped(tmp_path: Path) -> None:
    for name in (
        *("Makefile", "pyproject.toml", "frontend/package.json", "frontend/package-lock.json"),
        *("frontend/graphiql/package.json", "frontend/graphiql/package-lock.json"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    shutil.copytree(PROJECT / "requirements", tmp_path / "requirements")

    # The environment is there already.
    command = ["make", "--assume-old=environment", "sbom", f"BIN={Path(sys.executable).parent}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    locks = [(tmp_path / f"requirements/{lock}.txt").read_text() for lock in ("base", "sentry", "import")]
    locked = {tuple(found) for lock in locks for found in re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.M)}
    assert listed(tmp_path / "sbom" / "python.json") == locked != set()
    if shutil.which("npm"):
        named = json.loads((PROJECT / "frontend/package.json").read_text())["dependencies"].keys()
        shipped = named - {"vite"}  # which builds the page
        assert shipped <= {name for name, _ in listed(tmp_path / "sbom" / "page.json")}
        assert "graphiql" in {name for name, _ in listed(tmp_path / "sbom" / "graphiql.json")}


def listed(file: Path) -> set[tuple[str, str]]:
    """Name and version of each component."""
    document = json.loads(file.read_text())
    assert document["bomFormat"] == "CycloneDX"
    return {(component["name"], component["version"]) for component in document["components"]}


# --- Pythons -----------------------------------------------------------------------------------------


def test_all_files_name_the_same_version_and_pythons() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION
    supported = other_pythons.supported_versions()
    oldest, finder = supported[0], (PROJECT / "scripts" / "find-python.sh").read_text()

    assert project["project"]["requires-python"] == f">={oldest}"
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert "{}.{}".format(*environment.OLDEST_PYTHON) == oldest
    assert f"oldest_minor=${{oldest_minor:-{environment.OLDEST_PYTHON[1]}}}\n" in finder
    assert set(re.findall(r"\b3\.1\d\b", (PROJECT / "LIMITATIONS.md").read_text())) == set(supported)


def test_other_pythons_are_found_and_broken_ones_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert other_pythons.other_pythons() == {}
    own = "{}.{}".format(*sys.version_info[:2])
    version = next(one for one in other_pythons.supported_versions() if one != own)
    kept = tmp_path / f".pyenv/versions/{version}.7/bin/python"
    does = {f"bin/python{own}": f"echo {own}", f"bin/python{version}": "exit 127", kept: f"echo {version}"}
    for place, action in does.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{action}\n")
        path.chmod(0o755)

    assert other_pythons.other_pythons() == {version: kept}
