"""The list of what nobody could tell the recording of, and what people say to it."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from apps.charts.models import ChartTrack, Edition, RawEntry, ReviewItem, ServiceTrack
from core.errors import InvalidInput, NotFound


def list_for_review(entries: Sequence[RawEntry]) -> None:
    """Each once, with the days on which it was seen."""
    for entry in entries:
        day, service = entry.edition.issued_on, entry.edition.service
        item, is_new = ReviewItem.objects.get_or_create(
            service=service,
            service_track_id=known_as(entry),
            defaults={
                **{"genre": entry.edition.genre, "name": entry.name, "artist": entry.artist},
                **{"url": entry.url, "first_seen_on": day, "last_seen_on": day},
            },
        )
        if not is_new:
            item.first_seen_on, item.last_seen_on = min(item.first_seen_on, day), max(item.last_seen_on, day)
            item.settled_at = None
            item.save(update_fields=["first_seen_on", "last_seen_on", "settled_at"])


def settle(entries: Sequence[RawEntry]) -> None:
    """What is known now needs nobody's look any more."""
    for service in {entry.edition.service for entry in entries}:
        names = {known_as(entry) for entry in entries if entry.edition.service == service}
        ReviewItem.objects.filter(
            service=service, service_track_id__in=names, settled_at__isnull=True
        ).update(settled_at=timezone.now())


def known_as(entry: RawEntry) -> str:
    """What the service calls it; where it doesn't, its names."""
    return entry.service_track_id or f"{entry.artist} {entry.name}"[:100]


def match_by_hand(*, review_item_id: int, isrc: str) -> ServiceTrack:
    """Says for good which recording it is; the charts that it is in are made anew by the next run.

    Raises NotFound for an unknown item, InvalidInput for an ISRC that no chart has.
    """
    with transaction.atomic():
        item = ReviewItem.objects.select_for_update().filter(pk=review_item_id).first()
        if item is None:
            raise NotFound("There is nothing of this to review.")
        track = ChartTrack.objects.filter(isrc=isrc).first()
        if track is None:
            raise InvalidInput.of("isrc", "No chart has a track of this ISRC.")
        remembered, _ = ServiceTrack.objects.update_or_create(
            service=item.service,
            service_track_id=item.service_track_id,
            defaults={"track": track, "url": item.url, "how": ServiceTrack.How.MANUAL, "score": None},
        )
        lines = RawEntry.objects.filter(edition__service=item.service, service_track_id=item.service_track_id)
        lines.update(track=track)
        for genre, day in set(lines.values_list("edition__genre", "edition__issued_on")):
            Edition.objects.filter(genre=genre, issued_on__gte=day).update(is_due=True)
        item.settled_at = timezone.now()
        item.save(update_fields=["settled_at"])
    return remembered
