"""What the tests of view counts share: a process that follows no changes yet, and figures in few words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.counts import cache_invalidation
from apps.counts.models import Status
from apps.counts.services import DayFigure

ISRC, OTHER = "QZTUT2500001", "QZTUT2500002"
FIRST_DAY = date(2026, 3, 1)


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def noon(number: int, *, minute: int = 0) -> datetime:
    return datetime(2026, 3, 1, 12, minute, tzinfo=UTC) + timedelta(days=number)


def said(
    number: int,
    count: int | None,
    *,
    isrc: str = ISRC,
    service: str = "spotify",
    status: Status | None = None,
    minute: int = 0,
) -> DayFigure:
    """What a service said on day `number`; None: it failed."""
    known = status or (Status.OK if count is not None else Status.FAILED)
    return DayFigure(isrc, service, day(number), noon(number, minute=minute), known, count)


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_invalidation, "_followed", cache_invalidation._Followed())
