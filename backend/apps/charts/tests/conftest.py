"""A folder of recorded answers, and runs of the pipeline over it."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from apps.charts.connectors import samples
from apps.charts.connectors.base import RecordedResponses
from apps.charts.pipeline import outbox
from apps.charts.pipeline.outbox import Consume, Consumer, Kind
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.pipeline_models import StageRun
from apps.charts.tests.bodies import Folder

Run = Callable[..., list[StageRun]]
Register = Callable[[str, Collection[Kind], Consume], None]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def run(db: None, folder: Folder) -> Run:
    """`run()` over all of the folder; other parts of the plan by name."""

    def over_folder(**options: Any) -> list[StageRun]:
        return run_pipeline(Plan(connector=RecordedResponses(folder.path), **options))

    return over_folder


@pytest.fixture
def few_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples whose plays were counted on two days, not for a month."""
    monkeypatch.setattr(samples, "COUNTED_DAYS", 2)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers a consumer for this test alone."""

    def register_one(name: str, kinds: Collection[Kind], consume: Consume) -> None:
        monkeypatch.setitem(outbox.consumers, name, Consumer(name, kinds, consume))

    return register_one
