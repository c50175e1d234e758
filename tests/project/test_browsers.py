"""In which browsers the page is tested: Chromium always, Firefox in long runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import PROJECT
from tests.services import missing_packages

FIREFOX_TESTS = ["tests/page/test_firefox.py", "tests/page/test_firefox_everyone.py"]
NO_TESTS_COLLECTED = 5


def collected(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    return subprocess.run([*command, *FIREFOX_TESTS, *options], cwd=PROJECT, capture_output=True, text=True)


def test_only_long_runs_open_firefox() -> None:
    short = collected()

    assert short.returncode == NO_TESTS_COLLECTED, short.stdout
    assert "0 selected" in short.stdout or "no tests collected" in short.stdout


@pytest.mark.long  # of long runs alone; that others open none is proved above
def test_long_runs_open_it_unless_no_services_are_wanted() -> None:
    long = collected("--long")

    assert long.returncode == 0, long.stdout
    assert "deselected" not in long.stdout
    assert collected("--long", "--no-services").returncode == NO_TESTS_COLLECTED


def test_only_long_runs_need_firefox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "chromium" in missing_packages()
    assert "firefox-esr" not in missing_packages()
    assert "firefox-esr" in missing_packages(is_long=True)
