"""What people of this installation play and like, and outside listening beside it, as training takes it.

An item of the model is a track (`track:5`) or an artist (`artist:miles davis`), so that what is known of an
artist elsewhere says something about every track of theirs here. Whose listening it is goes into no model.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from apps.analytics.models import Kind
from apps.analytics.opinions import everybodys_deeds
from apps.playlist.selectors import plays_of_tracks, votes_for_tracks
from apps.recommendations.engine.listening import ListeningError, file_in, read_names, rows_of
from apps.recommendations.wishes import WEIGHTS
from apps.tracks.normalisation import normalised
from apps.users.models import key_of_user

Row = tuple[str, str, float]


def own_listening() -> Iterator[Row]:
    """What people do with tracks, and votes for them, by person; and plays: what a room played on one day
    went together. What a person skips and dislikes more than they like it is no listen of theirs.
    """
    against: set[tuple[str, int]] = set()
    for key, track_id, artist, weight in _deeds():
        if weight > 0:
            yield from _of_track(f"voter {key}", track_id, artist, weight)
        else:
            against.add((key, track_id))
    for voter, track_id, artist in votes_for_tracks():
        if (voter, track_id) not in against:
            yield from _of_track(f"voter {voter}", track_id, artist)
    for room_id, started_at, track_id, artist in plays_of_tracks():
        yield from _of_track(f"room {room_id} on {started_at:%Y-%m-%d}", track_id, artist)


def outside_listening(folder: Path) -> Iterator[Row]:
    """`train.csv` with people, artists and plays; `artists.csv` names the artists, else they are names.

    Both may be gzipped. Raises ListeningError.
    """
    names = _names(folder)
    for person, item, plays in rows_of(file_in(folder, "train")):
        if artist := normalised(names.get(item, item)):
            yield f"outside {person}", artist_item(artist), plays


def track_item(track_id: int) -> str:
    return f"track:{track_id}"


def artist_item(artist_key: str) -> str:
    """By the artist's name as search compares it."""
    return f"artist:{artist_key}"


def _deeds() -> Iterator[tuple[str, int, str, float]]:
    """The person's key, the track, its artist, and what all that the person did with it amounts to."""
    by_track = groupby(everybodys_deeds(), key=lambda row: row[:3])
    for (user_id, track_id, artist), rows in by_track:
        weight = sum(WEIGHTS[Kind(kind)] * count for *_, kind, count in rows)
        yield key_of_user(user_id), track_id, artist, weight


def _of_track(listener: str, track_id: int, artist: str, weight: float = 1.0) -> Iterator[Row]:
    yield listener, track_item(track_id), weight
    if artist:
        yield listener, artist_item(artist), weight


def _names(folder: Path) -> dict[str, str]:
    try:
        path = file_in(folder, "artists")
    except ListeningError:
        return {}
    return read_names(path)
