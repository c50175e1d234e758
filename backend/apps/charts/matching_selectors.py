"""What people said about matches."""

from collections.abc import Collection

from apps.charts.matching_models import ManualMatch


def remembered_matches(*, source: str, source_track_ids: Collection[str]) -> dict[str, str | None]:
    """By the service's own id: the ISRC, or None for "none that is known". Undecided ones are left out."""
    decided = ManualMatch.objects.filter(source=source, source_track_id__in=source_track_ids)
    return dict(decided.values_list("source_track_id", "isrc"))
