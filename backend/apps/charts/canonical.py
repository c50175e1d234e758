"""One canonical track an ISRC: each value is of the service that counts most, and says of which it is."""

from collections.abc import Collection, Sequence

from django.conf import settings

from apps.charts.candidates import index_words
from apps.charts.genres import PREFERENCE
from apps.charts.identifying import Said
from apps.charts.models import ChartTrack, RawEntry

VALUES = ("name", "artist", "album", "cover_url")
LAST = len(PREFERENCE)
WRITTEN = [*VALUES, "origins"]


def add_missing(entries: Sequence[RawEntry], said: Said) -> int:
    """A track for each ISRC that has none yet; returns how many there were."""
    told = {isrc: entry for entry in reversed(entries) if (isrc := said.get(entry.pk, entry.isrc))}
    known = set(ChartTrack.objects.filter(isrc__in=told).values_list("isrc", flat=True))
    new = [_new(isrc, entry) for isrc, entry in told.items() if isrc not in known]
    ChartTrack.objects.bulk_create(new, batch_size=settings.ETL_BATCH_SIZE, ignore_conflicts=True)
    index_words(ChartTrack.objects.filter(isrc__in=[track.isrc for track in new]))
    return len(new)


def _new(isrc: str, entry: RawEntry) -> ChartTrack:
    track = ChartTrack(isrc=isrc, is_sample=entry.edition.is_sample)
    improve(track, entry)
    return track


def improve(track: ChartTrack, entry: RawEntry) -> bool:
    """Takes what is unknown, or known from a service that counts less; whether anything is different."""
    service, is_changed = entry.edition.service, False
    for name in VALUES:
        told, origin = getattr(entry, name), track.origins.get(name)
        counts_less = PREFERENCE.get(origin, LAST) >= PREFERENCE.get(service, LAST)
        if told and (told, service) != (getattr(track, name), origin) and counts_less:
            setattr(track, name, told)
            track.origins[name] = service
            is_changed = True
    return is_changed


def write_improved(tracks: Collection[ChartTrack]) -> None:
    """Within a transaction."""
    ChartTrack.objects.bulk_update(tracks, WRITTEN, batch_size=settings.ETL_BATCH_SIZE)
    index_words(tracks)
