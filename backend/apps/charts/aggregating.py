"""The stage aggregate: makes the charts that are due of what services gave, one transaction a chart."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.conf import settings

from apps.charts.announcing import Kind, announce
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
from apps.charts.progress import Progress
from apps.charts.ranking import Place, consensus
from apps.charts.supplies import Scope
from apps.charts.tallies import Tally
from apps.charts.transforming import GOOD_FOR
from apps.charts.units import unit

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Given:
    """What one service gives to one chart."""

    service: str
    status: str
    used: RawEdition | None


def aggregate(*, scope: Scope, now: datetime, progress: Progress) -> Tally:
    """Rows in: charts that are due; out: those that are different now."""
    due = Edition.objects.filter(is_due=True, genre__in=scope.genres).order_by("issued_on", "genre")
    ids = list(due.values_list("pk", flat=True))
    tally = Tally(rows_in=len(ids))
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


def _is_first(edition: Edition, given: list[Given]) -> bool:
    """A chart without tracks is published only where there is no other: else the one before stays."""
    others = Edition.objects.filter(genre=edition.genre, issued_on__lt=edition.issued_on, entries__rank=1)
    return any(one.used for one in given) and not others.exists()


def _given(edition: Edition, service: str) -> Given:
    """That day's edition if it is good, else the last good one, as long as that is worth something."""
    of_service = RawEdition.objects.filter(
        genre=edition.genre, service=service, issued_on__lte=edition.issued_on, transformed_at__isnull=False
    )
    today = of_service.filter(issued_on=edition.issued_on).first()
    if today and today.status == Status.OK:
        return Given(service, Status.OK, today)
    good = of_service.filter(status=Status.OK, issued_on__gte=edition.issued_on - GOOD_FOR)
    return Given(service, today.status if today else MISSING, good.order_by("-issued_on").first())


def _ranks(used: RawEdition) -> dict[str, int]:
    """By ISRC; a track that a list has twice is where it comes first."""
    lines = RawEntry.objects.filter(edition=used, track__isnull=False).order_by("-rank")
    return dict(lines.values_list("track__isrc", "rank"))


def _digest(given: list[Given], places: list[Place]) -> str:
    sources = [(one.service, one.status, one.used.pk if one.used else None) for one in given]
    told = [(place.isrc, sorted(place.ranks.items())) for place in places]
    return hashlib.sha256(msgspec.json.encode([sources, told])).hexdigest()


def _write(edition: Edition, given: list[Given], places: list[Place]) -> None:
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
    announce(Kind.AGGREGATED, told_of_chart(edition))


def told_of_chart(edition: Edition) -> dict[str, object]:
    return {
        "genre": edition.genre,
        "date": edition.issued_on.isoformat(),
        "is_sample": edition.is_sample,
    }
