"""Remembering what a person said about a match."""

from django.db import transaction

from apps.charts.matching_models import ManualMatch
from apps.tracks.facts import checked_isrc


@transaction.atomic
def remember_match(
    *, source: str, source_track_id: str, isrc: str | None, decided_by: str = ""
) -> ManualMatch:
    """Holds from now on; a later word replaces it. Raises FactError."""
    match, _ = ManualMatch.objects.update_or_create(
        source=source,
        source_track_id=source_track_id,
        defaults={"isrc": None if isrc is None else checked_isrc(isrc), "decided_by": decided_by},
    )
    return match


def forget_match(*, source: str, source_track_id: str) -> bool:
    """Whether there was one: from now on the names decide again."""
    deleted, _ = ManualMatch.objects.filter(source=source, source_track_id=source_track_id).delete()
    return bool(deleted)
