"""What people do with charts: take a track of one into the library."""

from apps.charts.models import ChartTrack
from apps.tracks.facts import TrackFacts
from apps.tracks.models import Track
from apps.tracks.services import find_or_add_track


def take_into_library(*, track: ChartTrack) -> tuple[Track, bool]:
    """The library's track of this recording, and whether it is new there. Safe to repeat."""
    facts = TrackFacts(
        title=track.name,
        artist=track.artist,
        album=track.album,
        cover_url=track.cover_url or None,
        isrc=track.isrc,
    )
    return find_or_add_track(facts=facts)
