"""When the environment is made again, and when it is left alone. (The making itself: test_start.py.)"""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.processes import PROJECT

PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)(\[[a-z,]+\])?==(?P<version>\S+)", re.MULTILINE)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """scripts/environment.py for a project with locks of its own, where nothing is really installed."""
    spec = importlib.util.spec_from_file_location("environment", PROJECT / "scripts" / "environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements").mkdir()
    for lock in ("base", "dev"):
        (tmp_path / "requirements" / f"{lock}.txt").write_text(f"{lock} of today")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(module, "LOCATION", tmp_path / ".venv" / ".location")
    monkeypatch.setattr(module, "find_pip", lambda: ["no pip"])
    monkeypatch.setattr(module, "install_with_uv", lambda *_: True)
    return module


def test_packages_are_kept_until_the_lock_changes(environment: ModuleType, tmp_path: Path):
    """Server and tests take turns without installing again."""
    assert not environment.is_installed("base")
    environment.install("base")
    assert environment.is_installed("base")
    assert not environment.is_installed("dev")
    environment.install("dev")
    environment.install("base")
    assert environment.is_installed("dev")

    (tmp_path / "requirements" / "base.txt").write_text("base of tomorrow")

    assert not environment.is_installed("base")


def test_a_moved_project_or_a_missing_python_needs_a_new_environment(environment: ModuleType, tmp_path: Path):
    assert environment.is_sound(), "one made by hand is used"
    environment.LOCATION.write_text(str(environment.VENV))
    assert environment.is_sound()

    environment.LOCATION.write_text("/somewhere/else/.venv")
    assert not environment.is_sound()
    environment.LOCATION.write_text(str(environment.VENV))
    environment.PYTHON = tmp_path / "gone"
    assert not environment.is_sound()


def test_the_lock_of_tests_contains_that_of_the_server():
    base, dev = (
        {(pin["name"], pin["version"]) for pin in PIN.finditer((PROJECT / "requirements" / name).read_text())}
        for name in ("base.txt", "dev.txt")
    )

    assert base
    assert base <= dev
