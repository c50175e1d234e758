"""`make quick` runs the tests of the changed app, without the caller's settings."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# What it does is seen through the apps that have jobs.
WITHOUT_CONTRACT = {"jobs"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PROJECT / "scripts")  # as it is for a script of that folder
    return import_module("quick")


@pytest.fixture
def paths_for(quick: ModuleType) -> Callable[..., list[str]]:
    """The paths below a folder whose tests run when this file has changed."""

    def paths(name: str, *, below: str) -> list[str]:
        steps = quick.steps_of_changes([name], base="HEAD")
        return [str(word) for step in steps for word in step.command if str(word).startswith(below)]

    return paths


def test_a_change_of_an_app_runs_its_unit_and_its_contract_tests(paths_for: Callable[..., list[str]]) -> None:
    apps = {path.parent.name for path in (PROJECT / "backend" / "apps").glob("*/*.py")}
    assert len(apps) > 10

    for app in apps:
        units = [PROJECT / path for path in paths_for(f"backend/apps/{app}/views.py", below="backend/")]
        assert any(unit.is_file() or [*unit.rglob("test_*.py")] for unit in units), app
    without = {app for app in apps if not paths_for(f"backend/apps/{app}/views.py", below="tests/contract/")}
    assert without == WITHOUT_CONTRACT


def test_a_change_of_a_contract_test_runs_it_or_its_folder(paths_for: Callable[..., list[str]]) -> None:
    for name, path in (("test_openapi.py", "test_openapi.py"), ("rooms/test_owning_rooms.py", "rooms")):
        assert paths_for(f"tests/contract/{name}", below="tests/") == [f"tests/contract/{path}"]


def test_no_setting_of_the_caller_reaches_the_tests_and_no_file_of_theirs_stays(
    quick: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []

    def note(steps: object, environment: dict[str, str]) -> list[str]:
        assert Path(environment["DATA_DIR"]).is_dir()
        given.append(environment)
        return []

    for name in ("DATABASE_URL", "REDIS_URL", "RATE_LIMIT_FACTOR"):
        monkeypatch.setenv(name, "the caller's")
    monkeypatch.setattr(quick, "failures", note)

    assert quick.main() == 0

    assert len(given) == 2
    for environment in given:
        assert "the caller's" not in environment.values()
        assert not Path(environment["DATA_DIR"]).exists()
