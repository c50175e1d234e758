"""Remembering what a person said about a match, and having charts follow it."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Left
from django.utils import timezone

from apps.charts.matching_models import ManualMatch
from apps.charts.models import RawEdition, ReviewItem, ServiceTrack
from apps.tracks.facts import checked_isrc


@transaction.atomic
def remember_match(
    *, source: str, source_track_id: str, isrc: str | None, decided_by: str = ""
) -> ManualMatch:
    """Holds from now on; a later word replaces it. The next run makes the charts anew that it concerns.

    Raises FactError.
    """
    match, _ = ManualMatch.objects.update_or_create(
        source=source,
        source_track_id=source_track_id,
        defaults={"isrc": None if isrc is None else checked_isrc(isrc), "decided_by": decided_by},
    )
    ReviewItem.objects.filter(
        service=source, service_track_id=source_track_id, settled_at__isnull=True
    ).update(settled_at=timezone.now())
    _have_transformed_again(source, source_track_id)
    return match


@transaction.atomic
def forget_match(*, source: str, source_track_id: str) -> bool:
    """Whether there was one: from now on the names decide again."""
    deleted, _ = ManualMatch.objects.filter(source=source, source_track_id=source_track_id).delete()
    if deleted:
        _have_transformed_again(source, source_track_id)
    return bool(deleted)


def _have_transformed_again(source: str, source_track_id: str) -> None:
    """What was remembered of it followed from another word; the lists that it is on are read anew."""
    ServiceTrack.objects.filter(service=source, service_track_id=source_track_id).delete()
    editions = RawEdition.objects.filter(service=source)
    by_names = editions.alias(names=Left(Concat("entries__artist", Value(" "), "entries__name"), 100)).filter(
        entries__service_track_id="", names=source_track_id
    )
    by_id = editions.filter(entries__service_track_id=source_track_id)
    ids = {*by_id.values_list("pk", flat=True), *by_names.values_list("pk", flat=True)}
    RawEdition.objects.filter(pk__in=ids).update(transformed_at=None)
