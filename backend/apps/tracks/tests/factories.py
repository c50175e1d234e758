"""Tracks of the library for tests."""

from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track


def new_track(title: str = "Halo", artist: str = "Beyoncé", **metadata: object) -> Track:
    track = Track.described_by(TrackMetadata(title, artist, **metadata))  # type: ignore[arg-type]
    track.save()
    return track
