"""Every package of the project says the same licence and the same authors, and nobody's address."""

import json
import os
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.processes import PROJECT

AUTHORS = "the Tutti contributors"
NOT_OURS = {"node_modules", "data"}
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)


@cache
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


@pytest.fixture(params=sorted(packages()))
def package(request: pytest.FixtureRequest) -> dict[str, Any]:
    return packages()[request.param]


def authors_of(package: dict[str, Any]) -> list[Any]:
    return package["authors"] if "authors" in package else [{"name": package["author"]}]


def test_the_licence_is_mit_of_the_contributors() -> None:
    text = (PROJECT / "LICENSE").read_text()

    assert text.startswith(f"MIT License\n\nCopyright (c) {AUTHORS}\n\nPermission is hereby granted")
    assert text.count("Copyright (c)") == 1


def test_the_project_is_found_at_all() -> None:
    assert "pyproject.toml" in packages()


def test_each_package_is_under_the_licence(package: dict[str, Any]) -> None:
    assert package["license"] == "MIT"
    assert all((PROJECT / name).exists() for name in package.get("license-files", []))


def test_each_package_is_by_the_contributors_without_an_address(package: dict[str, Any]) -> None:
    assert authors_of(package) == [{"name": AUTHORS}]
    assert not {"maintainers", "contributors", "bugs"} & package.keys()
    assert not ADDRESS.search(json.dumps(package))


def test_an_image_names_nobody() -> None:
    text = (PROJECT / "Dockerfile").read_text()

    assert not re.search(r"maintainer|authors", text, re.IGNORECASE)
    assert not ADDRESS.search(text)
