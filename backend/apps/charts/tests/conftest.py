"""A folder of recorded answers, and runs of the pipeline over it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.charts import announcing, counting
from apps.charts.models import StageRun
from apps.charts.pipeline import Plan, run_pipeline
from apps.charts.recordings import Recordings
from apps.charts.tests.bodies import Folder

Run = Callable[..., list[StageRun]]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def run(db: None, folder: Folder) -> Run:
    """`run()` over all of the folder; other parts of the plan by name."""

    def over_folder(**options: Any) -> list[StageRun]:
        return run_pipeline(Plan(supply=Recordings(folder.path), **options))

    return over_folder


@pytest.fixture(autouse=True)
def own_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hears and who counts is up to the test."""
    monkeypatch.setattr(announcing, "_consumers", {})
    monkeypatch.setattr(counting, "_counters", [])
