"""SoundCloud's own counts: its lists contain how often their tracks were played."""

from collections.abc import Iterator
from datetime import datetime

from apps.charts.counters.daily_counts import Counting, counted_at
from apps.charts.genres import MusicService
from apps.charts.models import RawEdition, RawEntry, Status
from apps.charts.pipeline.transform import GOOD_FOR
from apps.counts import models as counts
from apps.counts.services import DayFigure

SERVICE = MusicService.SOUNDCLOUD


def uncounted_lists(counting: Counting) -> list[RawEdition]:
    """Those whose figures have not been taken as they are now."""
    lists = RawEdition.objects.filter(
        service=SERVICE,
        genre__in=counting.scope.genres,
        counted_at__isnull=True,
        transformed_at__isnull=False,
    )
    return list(lists.order_by("issued_on", "genre"))


def figures_of(edition: RawEdition, now: datetime) -> Iterator[DayFigure]:
    """Of a list that failed, is not believed or is a copy: that its tracks could not be counted."""
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
            yield DayFigure(isrc, SERVICE, edition.issued_on, at, status)


def _counted(edition: RawEdition, now: datetime) -> Iterator[DayFigure]:
    at = counted_at(edition.issued_on, edition.fetched_at or now)
    for isrc, plays in _plays_in(edition):
        status = counts.Status.MISSING if plays is None else counts.Status.OK
        yield DayFigure(isrc, SERVICE, edition.issued_on, at, status, plays)


def _plays_in(edition: RawEdition) -> list[tuple[str, int | None]]:
    """By ISRC; of a track that a list has twice, those of its best line that says any."""
    lines = RawEntry.objects.filter(edition=edition, track__isnull=False)
    found: dict[str, int | None] = {}
    for isrc, plays in lines.order_by("-rank").values_list("track__isrc", "play_count"):
        found[isrc] = found.get(isrc) if plays is None else plays
    return list(found.items())
