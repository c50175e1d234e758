"""Shared by the tests of view counts: a process that has applied no invalidation, and short count reports."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.counts import cache as count_cache
from apps.counts.models import Status
from apps.counts.services import CountReport

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
) -> CountReport:
    """What a service said on day `number`; None: it failed."""
    known = status or (Status.OK if count is not None else Status.FAILED)
    return CountReport(isrc, service, day(number), noon(number, minute=minute), known, count)


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count_cache, "_applied", count_cache._AppliedInvalidations())
