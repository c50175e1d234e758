"""The list of what nobody could tell the recording of."""

from collections.abc import Sequence

from django.utils import timezone

from apps.charts.identifying import Identified, known_as
from apps.charts.models import ChartTrack, RawEntry, ReviewItem

SEEN = ["first_seen_on", "last_seen_on", "candidate", "score", "settled_at"]


def list_for_review(found: Identified) -> None:
    """Each once, with the days on which it was seen, and what comes closest."""
    isrcs = {one.recording.key for one in found.closest.values()}
    tracks = {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=isrcs)}
    for entry in found.unknown:
        day, closest = entry.edition.issued_on, found.closest.get(entry.pk)
        item, _ = ReviewItem.objects.get_or_create(
            service=entry.edition.service,
            service_track_id=known_as(entry),
            defaults={
                **{"genre": entry.edition.genre, "name": entry.name, "artist": entry.artist},
                **{"url": entry.url, "first_seen_on": day, "last_seen_on": day},
            },
        )
        item.first_seen_on, item.last_seen_on = min(item.first_seen_on, day), max(item.last_seen_on, day)
        if closest:
            item.candidate, item.score = tracks[closest.recording.key], closest.score
        item.settled_at = None
        item.save(update_fields=SEEN)


def settle(entries: Sequence[RawEntry]) -> None:
    """What is known now needs nobody's look any more."""
    for service in {entry.edition.service for entry in entries}:
        names = {known_as(entry) for entry in entries if entry.edition.service == service}
        ReviewItem.objects.filter(
            service=service, service_track_id__in=names, settled_at__isnull=True
        ).update(settled_at=timezone.now())
