"""Runs in which plays are counted, by files and by a stand-in for YouTube."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import override_settings

from apps.charts.connectors.base import EVERYTHING, AvailableTable, Scope
from apps.charts.connectors.services import RequestOptions, YouTubeVideos
from apps.charts.counters.daily_counts import Counting
from apps.charts.genres import MusicService
from apps.charts.pipeline.counts import count
from apps.charts.pipeline.stage_run import NullProgress, StageStats
from apps.charts.tests.bodies import Folder, Track
from apps.counts.models import HistoricalViewCount
from core.providers.client import RetryPolicy
from core.tests.providers.fake_service import FakeService

# Service, ISRC, day; then the status and the count.
StoredCounts = dict[tuple[str, str, str], tuple[str, int | None]]


def stored(service: str = "") -> StoredCounts:
    rows = HistoricalViewCount.objects.order_by("pk")
    if service:
        rows = rows.filter(service=service)
    return {(one.service, one.isrc, str(one.recorded_date)): (one.status, one.view_count) for one in rows}


def table(*rows: tuple[str, Track, int], market: str = "") -> str:
    """A dated table: a day, a track, its total at the end of it."""
    lines = ["date,market,artist_title,streams_total" if market else "date,artist_title,streams_total"]
    for day, (title, artist, _), total in rows:
        lines.append(",".join([day, *([market] if market else []), f'"{artist} - {title}"', str(total)]))
    return "\n".join(lines)


def put_table(folder: Folder, text: str, name: str = "counts.csv") -> None:
    (folder.path / name).write_text(text)


@dataclass
class Connector:
    """Videos of a stand-in, and no lists."""

    videos: YouTubeVideos | None
    tables_offered: list[AvailableTable]
    is_sample: bool = False
    catalogue: None = None

    def editions(self, scope: Scope, *, now: datetime) -> list[Any]:
        del scope, now
        return []

    def tables(self, *, now: datetime) -> list[AvailableTable]:
        del now
        return self.tables_offered


CountOn = Callable[..., StageStats]


@pytest.fixture
def count_on(youtube: FakeService) -> Iterator[CountOn]:
    """The stage counts on a day, with YouTube."""
    with ExitStack() as opened:
        options = {"YOUTUBE_API_URL": youtube.url, "YOUTUBE_API_KEY": "key", "YOUTUBE_DAILY_QUOTA": 1000}
        opened.enter_context(override_settings(**options))
        manner = RequestOptions(patience=RetryPolicy(attempts=1, failure_threshold=100))
        opened.enter_context(manner.opened)
        videos = YouTubeVideos(manner)

        def on(day: str, *services: MusicService, hour: int = 12) -> StageStats:
            now = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=hour)
            scope = Scope(services=services) if services else EVERYTHING
            return count(Counting(scope, now, NullProgress(), Connector(videos, [])))

        yield on


@pytest.fixture
def youtube() -> Iterator[FakeService]:
    with FakeService({}) as started:
        yield started
