"""Taking what a connector offers: side by side, in order, and not far ahead of what is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Barrier, Lock

import pytest
from django.test import override_settings
from django.utils import timezone

from apps.charts.connectors.base import EVERYTHING, AvailableEdition, AvailableTable, RawResponse, Scope
from apps.charts.genres import Genre, MusicService
from apps.charts.models import RawEdition
from apps.charts.pipeline import extract as stage
from apps.charts.pipeline.extract import AHEAD, extract
from apps.charts.pipeline.stage_run import NullProgress
from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen

pytestmark = pytest.mark.django_db
DAYS, THREADS = 40, 3


@dataclass
class CountingConnector:
    """Many days of one list; counts those that were taken."""

    days: int = DAYS
    fetched: int = 0
    lock: Lock = field(default_factory=Lock)
    # Called while one is taken.
    meanwhile: Callable[[], object] = field(default=lambda: None)
    is_sample: bool = False
    videos: None = None
    catalogue: None = None

    def editions(self, scope: Scope, *, now: datetime) -> Sequence[AvailableEdition]:
        del scope, now
        first = date(2025, 1, 1)
        return [
            AvailableEdition(Genre.POP, MusicService.SPOTIFY, first + timedelta(days=day), self._fetch)
            for day in range(self.days)
        ]

    def tables(self, *, now: datetime) -> Sequence[AvailableTable]:
        del now
        return ()

    def _fetch(self) -> RawResponse:
        with self.lock:
            self.fetched += 1
        self.meanwhile()
        return RawResponse(bodies.spotify(chosen(1, 2)))


@override_settings(ETL_THREAD_COUNT=THREADS)
def test_few_responses_per_thread_are_in_memory(monkeypatch: pytest.MonkeyPatch):
    connector, stored, most = CountingConnector(), 0, 0
    real = stage._store_listing

    def store(*arguments: object) -> None:
        nonlocal stored, most
        most = max(most, connector.fetched - stored)
        real(*arguments)  # type: ignore[arg-type]
        stored += 1

    monkeypatch.setattr(stage, "_store_listing", store)

    tally = extract(connector=connector, scope=EVERYTHING, now=timezone.now(), progress=NullProgress())

    assert (tally.rows_in, tally.rows_out, connector.fetched) == (DAYS, DAYS, DAYS)
    assert RawEdition.objects.count() == DAYS
    assert most <= THREADS * AHEAD + 1


@override_settings(ETL_THREAD_COUNT=THREADS)
def test_concurrent_fetches_are_as_many_as_threads():
    # Each waits for as many as there are threads: with fewer it would wait without success.
    together = Barrier(THREADS, timeout=10)
    connector = CountingConnector(meanwhile=together.wait, days=THREADS * 4)

    tally = extract(connector=connector, scope=EVERYTHING, now=timezone.now(), progress=NullProgress())

    assert (tally.rows_out, together.n_waiting) == (THREADS * 4, 0)
