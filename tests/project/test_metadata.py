"""Every package of the project says the same licence and the same authors, and nobody's address."""

import json
import os
import re
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
