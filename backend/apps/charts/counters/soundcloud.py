"""SoundCloud's own figures: its lists tell how often their tracks were played."""

from collections.abc import Iterator
from datetime import datetime

from apps.charts.counters.figures import counted_at
from apps.charts.counting import Counting
from apps.charts.genres import MusicService
from apps.charts.models import RawEdition, RawEntry, Status
from apps.charts.transforming import GOOD_FOR
from apps.charts.view_counts import words
from apps.charts.view_counts.services import DayFigure

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
        status = words.Status.STALE if edition.status == Status.STALE else words.Status.FAILED
        for isrc, _ in _plays_in(last):
            yield DayFigure(isrc, SERVICE, edition.issued_on, at, status)


def _counted(edition: RawEdition, now: datetime) -> Iterator[DayFigure]:
    at = counted_at(edition.issued_on, edition.fetched_at or now)
    for isrc, plays in _plays_in(edition):
        yield DayFigure(isrc, SERVICE, edition.issued_on, at, view_count=plays)


def _plays_in(edition: RawEdition) -> list[tuple[str, int]]:
    lines = RawEntry.objects.filter(edition=edition, track__isnull=False, play_count__isnull=False)
    told = lines.order_by("-rank").values_list("track__isrc", "play_count")
    return list({isrc: (isrc, plays) for isrc, plays in told if isrc and plays is not None}.values())
