"""SoundCloud's counts: its lists contain the play counts of their tracks."""

from collections.abc import Iterator
from datetime import datetime

from apps.charts.counters.daily_counts import Counting, counted_at
from apps.charts.genres import MusicService
from apps.charts.models import RawEdition, RawEntry, Status
from apps.charts.pipeline.transform import GOOD_FOR
from apps.counts import models as counts
from apps.counts.services import CountReport

SERVICE = MusicService.SOUNDCLOUD


def uncounted_lists(counting: Counting) -> list[RawEdition]:
    """Lists whose current counts have not been stored."""
    lists = RawEdition.objects.filter(
        service=SERVICE,
        genre__in=counting.scope.genres,
        counted_at__isnull=True,
        transformed_at__isnull=False,
    )
    return list(lists.order_by("issued_on", "genre"))


def count_reports(edition: RawEdition, now: datetime) -> Iterator[CountReport]:
    """The list's counts; unless its status is OK, failed or stale counts of the last good list's tracks."""
    if edition.status == Status.OK:
        yield from _counted(edition, now)
        return
    last = (
        RawEdition.objects.filter(
            service=SERVICE,
            genre=edition.genre,
            status=Status.OK,
            issued_on__lt=edition.issued_on,
            issued_on__gte=edition.issued_on - GOOD_FOR,
        )
        .order_by("-issued_on")
        .first()
    )
    if last is not None:
        at = counted_at(edition.issued_on, now)
        status = counts.Status.STALE if edition.status == Status.STALE else counts.Status.FAILED
        for isrc, _ in _plays_in(last):
            yield CountReport(isrc, SERVICE, edition.issued_on, at, status)


def _counted(edition: RawEdition, now: datetime) -> Iterator[CountReport]:
    at = counted_at(edition.issued_on, edition.fetched_at or now)
    for isrc, plays in _plays_in(edition):
        status = counts.Status.MISSING if plays is None else counts.Status.OK
        yield CountReport(isrc, SERVICE, edition.issued_on, at, status, plays)


def _plays_in(edition: RawEdition) -> list[tuple[str, int | None]]:
    """By ISRC; for a track that is in the list twice, the count of its highest line that has one."""
    lines = RawEntry.objects.filter(edition=edition, track__isnull=False)
    found: dict[str, int | None] = {}
    for isrc, plays in lines.order_by("-rank").values_list("track__isrc", "play_count"):
        found[isrc] = found.get(isrc) if plays is None else plays
    return list(found.items())
