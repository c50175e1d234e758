"""`make quick` runs the contract tests of whatever app has changed, without the caller's settings."""

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
def contracts_for(quick: ModuleType) -> Callable[[str], list[str]]:
    """The contract tests that run when this file has changed."""

    def contracts(name: str) -> list[str]:
        steps = quick.steps_of_changes([name], base="HEAD")
        return [
            str(word) for step in steps for word in step.command if str(word).startswith("tests/contract/")
        ]

    return contracts


def test_a_change_of_an_app_runs_its_contract_tests(contracts_for: Callable[[str], list[str]]) -> None:
    apps = {path.parent.name for path in (PROJECT / "backend" / "apps").glob("*/*.py")}
    assert len(apps) > 10

    without = {app for app in apps if not contracts_for(f"backend/apps/{app}/views.py")}

    assert without == WITHOUT_CONTRACT


def test_a_change_of_a_contract_test_runs_it_or_its_folder(contracts_for: Callable[[str], list[str]]) -> None:
    assert contracts_for("tests/contract/test_openapi.py") == ["tests/contract/test_openapi.py"]
    assert contracts_for("tests/contract/rooms/test_owning_rooms.py") == ["tests/contract/rooms"]


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
