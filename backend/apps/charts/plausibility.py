"""Which stored lists a new one is compared with, to find out whether it is plausible or a copy."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db.models import Count, QuerySet

from apps.charts.believing import REFUSED_DAYS, Line, Verdict, is_copy, verdict
from apps.charts.genres import RANKED
from apps.charts.identifying import match_key, title_keys
from apps.charts.models import RawEdition, Status
from apps.charts.sources.base import Row

# A list that is older has nothing in common with today's anyway.
COMPARED_FOR = timedelta(days=14)
COPY = "it repeats the plays of an older list"

# By genre and service.
LinesOfDay = Mapping[tuple[str, str], Sequence[Line]]


def why_refused(edition: RawEdition, rows: Iterable[Row]) -> str:
    """Why these rows are not to replace those of a good edition; "" if they are."""
    rows = list(rows)
    lines = _lines((row.isrc, row.name, row.artist) for row in rows)
    given = verdict_on(edition, {(edition.genre, edition.service): lines})
    if given.is_refused:
        return given.value
    plays = {row.service_track_id: row.play_count for row in rows if row.service_track_id}
    counted = {track: count for track, count in plays.items() if count is not None}
    return COPY if is_copy_of_before(edition, counted) else ""


def verdict_on(edition: RawEdition, lines: LinesOfDay) -> Verdict:
    """`lines` are those of the day; for services that have none their last good ones are taken."""
    others = [
        lines.get((edition.genre, service)) or lines_of(_last_good(edition, service))
        for service in RANKED
        if service != edition.service
    ]
    return verdict(
        lines[edition.genre, edition.service],
        before=lines_of(_last_good(edition, edition.service)),
        longest=_longest_before(edition),
        others=others,
        refused=[lines_of(one) for one in _refused_before(edition)],
    )


def is_copy_of_before(edition: RawEdition, plays: Mapping[str, int]) -> bool:
    """Whether the plays are those of an older list; services repeat also others than the last one."""
    if not plays:
        return False
    good = _editions_before(edition, edition.service).filter(status=Status.OK)
    return any(is_copy(plays, plays_of(one)) for one in good)


def plays_of(edition: RawEdition) -> dict[str, int]:
    lines = edition.entries.exclude(service_track_id="").filter(play_count__isnull=False)
    plays = lines.values_list("service_track_id", "play_count")
    return {track: count for track, count in plays if count is not None}


def lines_of(edition: RawEdition | None) -> list[Line]:
    return [] if edition is None else _lines(edition.entries.values_list("isrc", "name", "artist"))


def _lines(entries: Iterable[tuple[str | None, str, str]]) -> list[Line]:
    """By ISRC where there is one, and by title and each artist, since not every service gives the ISRC."""
    return [
        Line(match_key(name, artist), frozenset(filter(None, (isrc, *title_keys(name, artist)))))
        for isrc, name, artist in entries
    ]


def _editions_before(edition: RawEdition, service: str) -> "QuerySet[RawEdition]":
    """The service's of the days before, the newest first."""
    first = edition.issued_on - COMPARED_FOR
    of_service = RawEdition.objects.filter(genre=edition.genre, service=service)
    return of_service.filter(issued_on__gte=first, issued_on__lt=edition.issued_on).order_by("-issued_on")


def _last_good(edition: RawEdition, service: str) -> RawEdition | None:
    return _editions_before(edition, service).filter(status=Status.OK).first()


def _longest_before(edition: RawEdition) -> int:
    """Of those since one was refused, if any: what kept coming after that is what the service has now."""
    before = _editions_before(edition, edition.service)
    refused = before.filter(status=Status.QUARANTINED).first()
    good = before.filter(status=Status.OK).annotate(length=Count("entries"))
    lengths = list(good.values_list("issued_on", "length"))
    since = [length for day, length in lengths if refused and day > refused.issued_on]
    return max(since or (length for _, length in lengths), default=0)


def _refused_before(edition: RawEdition) -> list[RawEdition]:
    """The last two lists, where both were refused."""
    last = list(_editions_before(edition, edition.service).exclude(status=Status.FAILED)[:REFUSED_DAYS])
    return last if all(one.status == Status.QUARANTINED for one in last) else []
