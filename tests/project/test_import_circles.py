"""No module of the product needs itself, also not by an import in a function or one for types alone.

import-linter checks layers; between the modules of one layer only this test does.
"""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.processes import BACKEND

LEFT_OUT = {"tests", "migrations", "conftest.py"}


def modules() -> dict[str, Path]:
    paths = (path for part in ("apps", "core", "config") for path in (BACKEND / part).rglob("*.py"))
    named = {path.relative_to(BACKEND): path for path in paths}
    return {
        ".".join(name.with_suffix("").parts).removesuffix(".__init__"): path
        for name, path in named.items()
        if not LEFT_OUT.intersection(name.parts)
    }


def imported(path: Path) -> Iterator[str]:
    """Every name in an import, wherever that is."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def circle_in(needed: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(needed).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def test_no_module_imports_itself_through_others():
    known = modules()
    needed = {name: known.keys() & set(imported(path)) - {name} for name, path in known.items()}
    assert sum(map(len, needed.values())) > 1000, "imports are not found: nothing is proved"

    assert circle_in(needed) == []


def test_import_linter_sees_every_module(monkeypatch: pytest.MonkeyPatch):
    """It ignores folders without `__init__.py` below a package that has one."""
    monkeypatch.syspath_prepend(BACKEND)
    graph = grimp.build_graph("server", "config", "core", "apps", cache_dir=None)

    assert modules().keys() - graph.modules == set()
