"""Writes outside of the pipeline: tracks added to the library, matches of people, first charts."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Left
from django.utils import timezone

from apps.charts.models import (
    ChartTrack,
    Edition,
    ManualMatch,
    RawEdition,
    ReviewItem,
    ServiceTrack,
)
from apps.tracks.metadata import TrackMetadata, checked_isrc
from apps.tracks.models import Track
from apps.tracks.services import find_or_add_track
from core.errors import ApiError, Conflict, ErrorSpec, raises


class SampleTrack(ApiError):
    code, status = "SAMPLE_TRACK", 409
    default_message = "This track is a sample, which does not exist, so it cannot be added."


@raises(
    ErrorSpec(SampleTrack, "Sample tracks are invented, and cannot be added.", {"isrc": "ZZTUT2500001"}),
    ErrorSpec(Conflict, "Another track has got the ISRC meanwhile.", {"isrc": "ZZTUT2500001", "track_id": 7}),
)
def add_to_library(*, track: ChartTrack) -> tuple[Track, bool]:
    """The library's track of this recording, and whether it is new there. Safe to repeat."""
    if track.is_sample:
        raise SampleTrack(details={"isrc": track.isrc})
    metadata = TrackMetadata(
        title=track.name,
        artist=track.artist,
        album=track.album,
        cover_url=track.cover_url or None,
        isrc=track.isrc,
    )
    return find_or_add_track(metadata=metadata)


@transaction.atomic
def save_match(*, source: str, source_track_id: str, isrc: str | None, decided_by: str = "") -> ManualMatch:
    """Valid from now on; a later decision replaces it. The next run computes the affected charts again.

    Raises MetadataError.
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
def delete_match(*, source: str, source_track_id: str) -> bool:
    """Whether there was one: from now on the names decide again."""
    deleted, _ = ManualMatch.objects.filter(source=source, source_track_id=source_track_id).delete()
    if deleted:
        _have_transformed_again(source, source_track_id)
    return bool(deleted)


def _have_transformed_again(source: str, source_track_id: str) -> None:
    """Deletes the match that followed from another decision; the lists with the track are read again."""
    ServiceTrack.objects.filter(service=source, service_track_id=source_track_id).delete()
    editions = RawEdition.objects.filter(service=source)
    by_names = editions.alias(names=Left(Concat("entries__artist", Value(" "), "entries__name"), 100)).filter(
        entries__service_track_id="", names=source_track_id
    )
    by_id = editions.filter(entries__service_track_id=source_track_id)
    ids = {*by_id.values_list("pk", flat=True), *by_names.values_list("pk", flat=True)}
    RawEdition.objects.filter(pk__in=ids).update(transformed_at=None)


def show_first_charts(report: Callable[[str], None]) -> None:
    """The sample charts, as long as there are no others. Safe to be killed and repeated."""
    if Edition.objects.filter(published_at__isnull=False).exists():
        return
    # Here, because nearly every start ends above.
    from apps.charts.connectors.samples import SampleConnector
    from apps.charts.pipeline.runner import AlreadyRunning, Plan, run_pipeline

    report("Adding sample charts…")
    try:
        run_pipeline(Plan(connector=SampleConnector()))
    except AlreadyRunning:
        report("The pipeline is running: there will soon be charts.")
