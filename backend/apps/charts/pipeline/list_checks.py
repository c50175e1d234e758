"""Compares a new list with stored ones: is it plausible, and is it a copy?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise, takewhile

from django.db.models import Count, QuerySet

from apps.charts.genres import RANKED
from apps.charts.matching import Recording
from apps.charts.matching.candidate_index import NAMES_EVERYONE
from apps.charts.matching.interpretations import readings
from apps.charts.models import RawEdition, Status
from apps.charts.parsers.base import Row
from apps.charts.pipeline.plausibility import (
    REJECTED_DAYS,
    SHORT,
    Line,
    Verdict,
    goes_on,
    is_copy,
    is_repetition,
    is_topped,
    verdict,
)
from apps.charts.pipeline.track_resolution import match_key, title_keys

# Older lists have too little in common with the current one.
COMPARED_FOR = timedelta(days=14)
# The beginning of a list is compared with a list of the last two days.
NEIGHBOURING = timedelta(days=2)
# The maximum age of a list that is repeated with a few changed lines; an exact repetition has no limit. A
# list that stays the same for longer is a copy: recorded ones changed within 14 days.
REPEATED_FOR = timedelta(days=28)
COPY = "it repeats the plays of an older list, or all of them with the same growth"

# By genre and service.
LinesOfDay = Mapping[tuple[str, str], Sequence[Line]]
# By rank: the title and the artist, as the service gives them.
Places = Sequence[tuple[int, str, str]]


def rejection_reason(edition: RawEdition, rows: Iterable[Row]) -> str:
    """Why these rows must not replace those of a good edition; "" if they may."""
    rows = list(rows)
    lines = _lines(edition.service, [(row.isrc, row.name, row.artist) for row in rows])
    given = verdict_on(edition, {(edition.genre, edition.service): lines})
    if given.is_rejected:
        return given.value
    plays = {row.service_track_id: row.play_count for row in rows if row.service_track_id}
    counted = {track: count for track, count in plays.items() if count is not None}
    if not counted and (same := _same_before(edition, [(row.rank, row.name, row.artist) for row in rows])):
        return repetition_message(same)
    return COPY if is_copy_of_earlier(edition, counted) else ""


def verdict_on(edition: RawEdition, lines: LinesOfDay) -> Verdict:
    """`lines` are those of the day, of all services."""
    before = _last_good(edition, edition.service)
    others = [
        _lines_to_compare(
            edition, service, lines.get((edition.genre, service), ()), needs_past=before is not None
        )
        for service in RANKED
        if service != edition.service
    ]
    given = verdict(
        lines[edition.genre, edition.service],
        before=lines_of(before),
        longest=_longest_before(edition),
        others=others,
        rejected=[lines_of(one) for one in _last_two(edition, Status.QUARANTINED)],
        other_genres=[
            of_genre
            for (genre, service), of_genre in lines.items()
            if service == edition.service and genre != edition.genre
        ],
    )
    return Verdict.DOUBTFUL if given is Verdict.TOPPED and _may_be_renewed(edition) else given


def _may_be_renewed(edition: RawEdition) -> bool:
    """Whether the previous list is too old to judge the beginning of this one, or was renewed itself."""
    good = list(_editions_before(edition, edition.service).filter(status=Status.OK))
    if edition.issued_on - good[0].issued_on > NEIGHBOURING:
        return True
    return any(is_topped(lines_of(one), lines_of(before)) for one, before in pairwise(good))


def _lines_to_compare(
    edition: RawEdition, service: str, lines: Sequence[Line], *, needs_past: bool
) -> Sequence[Line]:
    """The other service's lines to compare with: today's if they continue its previous list, else that list.

    Two lists that are wrong in the same way agree. Without any previous list, all of today's are compared.
    """
    before = lines_of(_last_good(edition, service))
    if not before:
        return () if needs_past else lines
    return lines if goes_on(lines, before) else before


def is_copy_of_earlier(edition: RawEdition, plays: Mapping[str, int]) -> bool:
    """Whether the plays are those of an older list; services repeat also others than the last one."""
    if not plays:
        return False
    good = _editions_before(edition, edition.service).filter(status=Status.OK)
    return any(is_copy(plays, plays_of(one)) for one in good)


def repeated_by(edition: RawEdition) -> RawEdition | None:
    """The older list that this list repeats, except for a few lines, after a different one, or for weeks;
    usually None.

    The service may have returned to it, or sent an old copy. A list with plays is compared by them.
    """
    if edition.entries.filter(play_count__isnull=False).exists():
        return None
    return _same_before(edition, _places(edition))


def shown_list(editions: "QuerySet[RawEdition]") -> tuple[RawEdition | None, RawEdition | None]:
    """The last of a service's lists of a genre, and the one to show: the last good list, or the older list
    that the last one repeats."""
    last = editions.order_by("-issued_on").first()
    if last is None or last.status == Status.OK:
        return last, last
    same = repeated_by(last) if last.status == Status.STALE else None
    return last, same or editions.filter(status=Status.OK).order_by("-issued_on").first()


def is_confirmed(edition: RawEdition) -> bool:
    """Whether a good list was compared with known lists, and continues them."""
    return not edition.failure


def repetition_message(edition: RawEdition) -> str:
    return f"it repeats the list of {edition.issued_on}"


def _same_before(edition: RawEdition, places: Places) -> RawEdition | None:
    """An older list that equals these lines, or nearly; None if they are few, or equal the last list (unless
    they have for weeks).

    Few lines may be equal by chance. None also if the last two lists were stale and equal to these lines:
    then the service has returned to the older list.
    """
    good = RawEdition.objects.filter(
        genre=edition.genre, service=edition.service, status=Status.OK, issued_on__lt=edition.issued_on
    ).order_by("-issued_on")
    last = good.first()
    if last is None or len(places) < SHORT:
        return None
    if (before := _places(last)) == list(places):
        return _same_for_weeks(edition, places, good)
    stale = _last_two(edition, Status.STALE)
    if stale and all(_places(one) == list(places) for one in stale):
        return None
    rank, name, artist = places[0]
    alike = good.filter(entries__rank=rank, entries__name=name, entries__artist=artist)
    same = next((one for one in alike if _places(one) == list(places)), None)
    recent = good.filter(issued_on__gte=edition.issued_on - REPEATED_FOR)[1:]
    return same or next((one for one in recent if is_repetition(places, _places(one), before)), None)


def _same_for_weeks(edition: RawEdition, places: Places, good: "QuerySet[RawEdition]") -> RawEdition | None:
    """The first of the lists that have not changed since, if that is longer ago than lists stay the same.

    None if there was no list lately: then it is not known to have stayed the same.
    """
    if not _editions_before(edition, edition.service).exists():
        return None
    same = list(takewhile(lambda one: _places(one) == list(places), good.iterator()))
    return same[-1] if edition.issued_on - same[-1].issued_on > REPEATED_FOR else None


def _places(edition: RawEdition) -> list[tuple[int, str, str]]:
    return list(edition.entries.order_by("rank").values_list("rank", "name", "artist"))


def plays_of(edition: RawEdition) -> dict[str, int]:
    lines = edition.entries.exclude(service_track_id="").filter(play_count__isnull=False)
    plays = lines.values_list("service_track_id", "play_count")
    return {track: count for track, count in plays if count is not None}


def lines_of(edition: RawEdition | None) -> list[Line]:
    if edition is None:
        return []
    return _lines(edition.service, edition.entries.values_list("isrc", "name", "artist"))


def _lines(service: str, entries: Iterable[tuple[str | None, str, str]]) -> list[Line]:
    """By ISRC where there is one, and by title and each artist, since not every service gives the ISRC."""
    return [
        Line(
            match_key(name, artist),
            frozenset(title_keys(name, artist)),
            Recording(isrc, name, artist, service in NAMES_EVERYONE) if isrc else None,
            readings(name, artist)[0].versions,
        )
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
    """The lists since the last rejected one, if any: a list that was repeated since is the new normal."""
    before = _editions_before(edition, edition.service)
    rejected = before.filter(status=Status.QUARANTINED).first()
    good = before.filter(status=Status.OK).annotate(length=Count("entries"))
    lengths = list(good.values_list("issued_on", "length"))
    since = [length for day, length in lengths if rejected and day > rejected.issued_on]
    return max(since or (length for _, length in lengths), default=0)


def _last_two(edition: RawEdition, status: Status) -> list[RawEdition]:
    """The last two lists, where both have this status."""
    last = list(_editions_before(edition, edition.service).exclude(status=Status.FAILED)[:REJECTED_DAYS])
    return last if len(last) == REJECTED_DAYS and all(one.status == status for one in last) else []
