"""Every package of the project says the same licence and the same authors, and nobody's address."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.processes import PROJECT

AUTHORS = "the Tutti contributors"
NOT_OURS = {"node_modules", "data"}
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)


def packages() -> dict[str, dict[str, Any]]:
    """What each package of Python or JavaScript says of itself; not what is installed beside it."""
    found = {}
    for folder, below, files in os.walk(PROJECT):
        below[:] = [name for name in below if name not in NOT_OURS and not name.startswith(".")]
        for path in (Path(folder, name) for name in files):
            if path.name == "pyproject.toml":
                found[str(path.relative_to(PROJECT))] = tomllib.loads(path.read_text())["project"]
            elif path.name == "package.json":
                found[str(path.relative_to(PROJECT))] = json.loads(path.read_text())
    return found


def authors_of(package: dict[str, Any]) -> list[Any]:
    return package["authors"] if "authors" in package else [{"name": package["author"]}]


def test_the_licence_is_mit_of_the_contributors() -> None:
    text = (PROJECT / "LICENSE").read_text()

    assert text.startswith(f"MIT License\n\nCopyright (c) {AUTHORS}\n\nPermission is hereby granted")
    assert text.count("Copyright (c)") == 1


def test_each_package_is_under_the_licence_and_by_the_contributors_without_an_address() -> None:
    found = packages()
    assert {"pyproject.toml", "frontend/package.json"} <= found.keys()
    for name, package in found.items():
        assert package["license"] == "MIT", name
        assert all((PROJECT / one).exists() for one in package.get("license-files", [])), name
        assert authors_of(package) == [{"name": AUTHORS}], name
        assert not {"maintainers", "contributors", "bugs"} & package.keys(), name
        assert not ADDRESS.search(json.dumps(package)), name


def test_an_image_names_nobody() -> None:
    text = (PROJECT / "Dockerfile").read_text()

    assert not re.search(r"maintainer|authors", text, re.IGNORECASE)
    assert not ADDRESS.search(text)


def test_make_sbom_lists_each_package_that_is_installed_and_shipped(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "frontend/package.json", "frontend/package-lock.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    shutil.copytree(PROJECT / "requirements", tmp_path / "requirements")

    # The environment is there already.
    command = ["make", "--assume-old=environment", "sbom", f"BIN={Path(sys.executable).parent}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    locked = {
        tuple(found)
        for lock in ("base", "sentry")
        for found in re.findall(
            r"^([\w.-]+)==([\w.]+)", (tmp_path / f"requirements/{lock}.txt").read_text(), re.M
        )
    }
    assert listed(tmp_path / "sbom" / "python.json") == locked != set()
    if shutil.which("npm"):
        named = json.loads((PROJECT / "frontend/package.json").read_text())["dependencies"].keys()
        shipped = named - {"vite"}  # which builds the page
        assert shipped <= {name for name, _ in listed(tmp_path / "sbom" / "page.json")}


def listed(file: Path) -> set[tuple[str, str]]:
    """Name and version of each component."""
    document = json.loads(file.read_text())
    assert document["bomFormat"] == "CycloneDX"
    return {(component["name"], component["version"]) for component in document["components"]}
