"""The stage transform: from lines of services to recordings, day by day.

It works on editions that it has not seen as they are now; each day is one transaction. Afterwards each of its
lines is of a track, or listed for review; each edition is believed, or in quarantine; and the charts that
depend on it are due.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from apps.charts.announcing import Kind, announce
from apps.charts.believing import Verdict, settled
from apps.charts.canonical import add_missing, improve, write_improved
from apps.charts.extracting import told_of
from apps.charts.genres import PREFERENCE
from apps.charts.identifying import Identified, Said, identify, said_by_people
from apps.charts.models import ChartTrack, Edition, RawEdition, RawEntry, ServiceTrack, Status
from apps.charts.plausibility import COPY, is_copy_of_before, lines_of, plays_of, verdict_on
from apps.charts.progress import Progress
from apps.charts.reviewing import list_for_review, settle
from apps.charts.searching import search_for_unknown
from apps.charts.supplies import Catalogue, Scope
from apps.charts.tallies import Tally
from apps.charts.units import unit

# So long a good edition stands in for days on which its service failed.
GOOD_FOR = timedelta(days=7)


def transform(
    *, scope: Scope, now: datetime, progress: Progress, catalogue: Catalogue | None = None
) -> Tally:
    """Rows in: lines; out: those that are of a track now; the others are listed for review.

    Of those a `catalogue` is asked for the codes; lists with some that it knew are then looked at again.
    """
    tally = Tally()
    _transform_waiting(scope, now, progress, tally)
    if catalogue is None:
        return tally
    found = search_for_unknown(catalogue=catalogue, scope=scope, now=now, progress=progress, tally=tally)
    if found:
        _transform_waiting(scope, now, progress, again := Tally())
        tally.failures += again.failures
        tally.rows_out, tally.rows_for_review = tally.rows_out + found, tally.rows_for_review - found
    return tally


def _transform_waiting(scope: Scope, now: datetime, progress: Progress, tally: Tally) -> None:
    waiting = RawEdition.objects.filter(
        transformed_at__isnull=True, genre__in=scope.genres, service__in=scope.services
    )
    days = sorted(set(waiting.order_by().values_list("issued_on", flat=True)))
    for day in progress.over(days, len(days), "transform"):
        of_day = Tally()
        with unit(of_day, f"transform {day}"):
            _transform_day(list(waiting.select_for_update().filter(issued_on=day)), now, of_day)
        if of_day.rows_failed:
            of_day.nothing_was_done()
        tally.add(of_day)


def _transform_day(editions: list[RawEdition], now: datetime, tally: Tally) -> None:
    editions.sort(key=lambda edition: PREFERENCE[edition.service])
    _judge([edition for edition in editions if edition.status != Status.FAILED], tally)
    entries = _entries([edition for edition in editions if edition.status == Status.OK])
    tally.rows_in += len(entries)
    if entries:
        said = said_by_people(entries)
        add_missing(entries, said)
        found = _identify(entries, said)
        tally.rows_out += len(entries) - len(found.unknown)
        tally.rows_for_review += len(found.unknown)
        list_for_review(found)
        _look_again(editions)
    for edition in editions:
        edition.transformed_at = now
        edition.save(update_fields=["transformed_at"])
        make_due(edition)
        announce(Kind.TRANSFORMED, told_of(edition))


def _entries(editions: Sequence[RawEdition]) -> list[RawEntry]:
    """The services that count most first, so that the others find their tracks."""
    entries = RawEntry.objects.filter(edition__in=editions).select_related("edition")
    return sorted(
        entries, key=lambda entry: (PREFERENCE[entry.edition.service], entry.edition_id, entry.rank)
    )


def _identify(entries: Sequence[RawEntry], said: Said) -> Identified:
    """Writes down which tracks the lines are of."""
    found = identify(entries, said)
    changed: dict[int, ChartTrack] = {}
    kept: dict[int, ChartTrack] = {}
    for entry in entries:
        track = found.tracks.get(entry.pk)
        entry.track = kept.setdefault(track.pk, track) if track else None
        if entry.track and improve(entry.track, entry):
            changed[entry.track.pk] = entry.track
    write_improved(changed.values())
    RawEntry.objects.bulk_update(entries, ["track"], batch_size=settings.ETL_BATCH_SIZE)
    _remember(found)
    settle([entry for entry in entries if entry.track])
    settle(found.refused)
    return found


def _remember(found: Identified) -> None:
    latest = {(one.service, one.service_track_id): one for one in found.remember}
    ServiceTrack.objects.bulk_create(
        latest.values(),
        batch_size=settings.ETL_BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["service", "service_track_id"],
        update_fields=["track", "url", "how", "score"],
    )


def _look_again(editions: Sequence[RawEdition]) -> None:
    """Lines of days nearby may be of tracks that are known only now."""
    nearby = Q(pk__in=())
    for edition in editions:
        first, last = edition.issued_on - GOOD_FOR, edition.issued_on + GOOD_FOR
        nearby |= Q(edition__genre=edition.genre, edition__issued_on__range=(first, last))
    good = RawEntry.objects.filter(
        nearby, track__isnull=True, isrc__isnull=True, edition__status=Status.OK
    ).exclude(edition__transformed_at__isnull=True)
    unknown = list(good.select_related("edition"))
    if not unknown:
        return
    found = _identify(unknown, said_by_people(unknown))
    for edition in {entry.edition for entry in unknown if entry.pk in found.tracks}:
        make_due(edition)


# --- Which lists are believed ------------------------------------------------------------------------


def _judge(mine: Sequence[RawEdition], tally: Tally) -> None:
    """All editions of the day are compared; only `mine` get a new verdict. Refusals are reported."""
    if not mine:
        return
    of_day = RawEdition.objects.filter(issued_on=mine[0].issued_on).exclude(status=Status.FAILED)
    editions = list(of_day)
    lines = {(one.genre, one.service): lines_of(one) for one in editions}
    verdicts = settled({(one.genre, one.service): verdict_on(one, lines) for one in editions})
    for edition in mine:
        _settle_edition(edition, verdicts[edition.genre, edition.service])
        if edition.status == Status.OK and is_copy_of_before(edition, plays_of(edition)):
            edition.status, edition.failure = Status.STALE, COPY
            edition.save(update_fields=["status", "failure"])
            tally.stale += 1
        if edition.failure:
            tally.failures.append(f"{edition}: {edition.failure}")


def _settle_edition(edition: RawEdition, given: Verdict) -> None:
    edition.status = Status.QUARANTINED if given.is_refused else Status.OK
    edition.failure = given.value if given.is_refused else ""
    edition.save(update_fields=["status", "failure"])
    if given.is_refused:
        announce(Kind.QUARANTINED, told_of(edition))


def make_due(edition: RawEdition) -> None:
    """The chart of that day, those of the days after that may lean on this edition, and its plays."""
    RawEdition.objects.filter(pk=edition.pk).update(counted_at=None)
    Edition.objects.get_or_create(
        genre=edition.genre, issued_on=edition.issued_on, defaults={"is_sample": edition.is_sample}
    )
    Edition.objects.filter(
        genre=edition.genre,
        issued_on__gte=edition.issued_on,
        issued_on__lte=edition.issued_on + GOOD_FOR,
    ).update(is_due=True)
