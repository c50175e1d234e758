"""The stages aggregate and publish: charts of what services gave, one transaction a chart."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.conf import settings

from apps.charts.connectors.base import Scope
from apps.charts.genres import RANKED
from apps.charts.models import (
    ChartTrack,
    Edition,
    EditionEntry,
    EditionSource,
    RawEdition,
    RawEntry,
    Status,
)
from apps.charts.pipeline.list_checks import repeated_by
from apps.charts.pipeline.outbox import Kind, emit_event
from apps.charts.pipeline.stage_run import Progress, StageStats, unit
from apps.charts.pipeline.transform import GOOD_FOR

# The minimum number of lists with a track.
MIN_SERVICES = 2
# Added for each list of the three that a track is not on, so that tracks on all lists come first.
PER_MISSING = 1000
LISTS = 3

# By service, and on its list by ISRC.
Ranks = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class RankedTrack:
    rank: int
    isrc: str
    points: int
    ranks: Mapping[str, int]


def consensus(ranks: Ranks) -> list[RankedTrack]:
    """The fewest points first; of equals the one with the best single rank, then by ISRC."""
    by_track: dict[str, dict[str, int]] = {}
    for service, listed in ranks.items():
        for isrc, rank in listed.items():
            by_track.setdefault(isrc, {})[service] = rank
    agreed = {isrc: own for isrc, own in by_track.items() if len(own) >= MIN_SERVICES}
    order = sorted(agreed, key=lambda isrc: (points_of(agreed[isrc]), min(agreed[isrc].values()), isrc))
    return [
        RankedTrack(rank, isrc, points_of(agreed[isrc]), agreed[isrc])
        for rank, isrc in enumerate(order, start=1)
    ]


def points_of(ranks: Mapping[str, int]) -> int:
    """On three lists the sum of the ranks, on two 1000 more."""
    return sum(ranks.values()) + PER_MISSING * (LISTS - len(ranks))


MISSING = "missing"


@dataclass(frozen=True, slots=True)
class RawResponse:
    """What one service gives to one chart."""

    service: str
    status: str
    used: RawEdition | None


def aggregate(*, scope: Scope, now: datetime, progress: Progress) -> StageStats:
    """Rows in: charts that are due; out: those that are different now."""
    due = Edition.objects.filter(is_due=True, genre__in=scope.genres).order_by("issued_on", "genre")
    ids = list(due.values_list("pk", flat=True))
    tally = StageStats(rows_in=len(ids))
    for edition_id in progress.over(ids, len(ids), "aggregate"):
        with unit(tally, f"chart {edition_id}"):
            tally.rows_out += _make(Edition.objects.select_for_update().get(pk=edition_id), now)
    return tally


def _make(edition: Edition, now: datetime) -> bool:
    """Whether it is different now. Without a plausible list of that day it is no new version of the chart."""
    given = [_given(edition, service) for service in RANKED]
    places = consensus({one.service: _ranks(one.used) for one in given if one.used})
    digest = _digest(given, places)
    is_changed = digest != edition.digest
    edition.is_due = False
    if is_changed:
        edition.digest, edition.made_at, edition.is_to_count = digest, now, True
        edition.is_to_publish = edition.published_at is not None or (
            any(one.status == Status.OK for one in given) and (bool(places) or _is_first(edition, given))
        )
        _write(edition, given, places)
    edition.save()
    return is_changed


def _is_first(edition: Edition, given: list[RawResponse]) -> bool:
    """A chart without tracks is published only where there is no other: else the one before stays."""
    others = Edition.objects.filter(genre=edition.genre, issued_on__lt=edition.issued_on, entries__rank=1)
    return any(one.used for one in given) and not others.exists()


def _given(edition: Edition, service: str) -> RawResponse:
    """That day's edition if it is good; the older one that it repeats; else the last good one, as long as
    that is worth something."""
    of_service = RawEdition.objects.filter(
        genre=edition.genre, service=service, issued_on__lte=edition.issued_on, transformed_at__isnull=False
    )
    today = of_service.filter(issued_on=edition.issued_on).first()
    if today and today.status == Status.OK:
        return RawResponse(service, Status.OK, today)
    if today and today.status == Status.STALE and (same := repeated_by(today)):
        return RawResponse(service, Status.STALE, same)
    good = of_service.filter(status=Status.OK, issued_on__gte=edition.issued_on - GOOD_FOR)
    return RawResponse(service, today.status if today else MISSING, good.order_by("-issued_on").first())


def _ranks(used: RawEdition) -> dict[str, int]:
    """By ISRC; a track that a list has twice is where it comes first."""
    lines = RawEntry.objects.filter(edition=used, track__isnull=False).order_by("-rank")
    return dict(lines.values_list("track__isrc", "rank"))


def _digest(given: list[RawResponse], places: list[RankedTrack]) -> str:
    sources = [(one.service, one.status, one.used.pk if one.used else None) for one in given]
    ranked = [(place.isrc, sorted(place.ranks.items())) for place in places]
    return hashlib.sha256(msgspec.json.encode([sources, ranked])).hexdigest()


def _write(edition: Edition, given: list[RawResponse], places: list[RankedTrack]) -> None:
    edition.sources.all().delete()
    edition.entries.all().delete()
    EditionSource.objects.bulk_create(
        [
            EditionSource(edition=edition, service=one.service, status=one.status, used=one.used)
            for one in given
        ]
    )
    tracks: Mapping[str, int] = dict(
        ChartTrack.objects.filter(isrc__in=[place.isrc for place in places]).values_list("isrc", "pk")
    )
    EditionEntry.objects.bulk_create(
        [
            EditionEntry(
                edition=edition,
                rank=place.rank,
                track_id=tracks[place.isrc],
                points=place.points,
                ranks=dict(place.ranks),
            )
            for place in places
        ],
        batch_size=settings.ETL_BATCH_SIZE,
    )
    emit_event(Kind.AGGREGATED, chart_event(edition))


def chart_event(edition: Edition) -> dict[str, object]:
    return {
        "genre": edition.genre,
        "date": edition.issued_on.isoformat(),
        "is_sample": edition.is_sample,
    }


def publish(*, scope: Scope, now: datetime, progress: Progress) -> StageStats:
    """Rows in and out: charts, the oldest first."""
    waiting = Edition.objects.filter(is_to_publish=True, genre__in=scope.genres)
    ids = list(waiting.order_by("issued_on", "genre").values_list("pk", flat=True))
    tally = StageStats(rows_in=len(ids))
    for edition_id in progress.over(ids, len(ids), "publish"):
        with unit(tally, f"chart {edition_id}"):
            edition = Edition.objects.select_for_update().get(pk=edition_id)
            edition.published_at, edition.is_to_publish = now, False
            edition.save(update_fields=["published_at", "is_to_publish"])
            emit_event(Kind.PUBLISHED, chart_event(edition))
            tally.rows_out += 1
    return tally
