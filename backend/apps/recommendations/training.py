"""Training data: what people of this installation play and like, and external listening data.

An item of the model is a track (`track:5`) or an artist (`artist:miles davis`), so that external data about
an artist applies to all tracks of that artist here. The model does not contain people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

from django.conf import settings

from apps.analytics.models import Kind
from apps.analytics.selectors import all_interactions
from apps.playlist.selectors import plays_of_tracks, votes_for_tracks
from apps.recommendations.engine.algorithms import Hyperparameters
from apps.recommendations.engine.dataset import DatasetError, InteractionDataset, file_in, read_names, rows_of
from apps.recommendations.engine.model import train
from apps.recommendations.engine.model_file import write_model
from apps.recommendations.preferences import WEIGHTS
from apps.tracks.normalisation import normalised
from apps.users.models import key_of_user

Row = tuple[str, str, float]


def own_listening() -> Iterator[Row]:
    """Interactions and votes by person, and plays by room and day.

    A track that a person skips and dislikes more than likes is left out for that person.
    """
    against: set[tuple[str, int]] = set()
    for key, track_id, artist, weight in _interactions():
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
    """Rows of `train.csv`: people, artists, plays. `artists.csv` maps artists to names, if it exists.

    Both may be gzipped. Raises DatasetError.
    """
    names = _names(folder)
    for person, item, plays in rows_of(file_in(folder, "train")):
        if artist := normalised(names.get(item, item)):
            yield f"outside {person}", artist_item(artist), plays


def track_item(track_id: int) -> str:
    return f"track:{track_id}"


def artist_item(artist_key: str) -> str:
    """The item of an artist, by the name as normalised for the search."""
    return f"artist:{artist_key}"


def _interactions() -> Iterator[tuple[str, int, str, float]]:
    """The person's key, the track, its artist, and the sum of the weights of the person's interactions."""
    by_track = groupby(all_interactions(), key=lambda row: row[:3])
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
    except DatasetError:
        return {}
    return read_names(path)


# --- Training ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trained:
    """The amount of training data of a model, and its path."""

    listens: int
    listeners: int
    items: int
    path: Path


def train_recommendations(*, data: Path | None = None, seed: int = 0) -> Trained:
    """Trains the model with data of this installation, and of `data` or RECOMMENDATION_DATA_DIR.

    Server processes load the new model with their next request.

    Raises DatasetError for invalid external data, NothingToLearnError if there is no listen at all, and
    OSError if the file can't be written. The old model then stays.
    """
    rows: Iterator[Row] = own_listening()
    folder = data or settings.RECOMMENDATION_DATA_DIR
    if folder is not None:
        rows = chain(rows, outside_listening(folder))
    listening = InteractionDataset.of(rows)
    model = train(listening, Hyperparameters(seed=seed))
    path = Path(settings.RECOMMENDATION_MODEL)
    write_model(model, path)
    return Trained(len(listening), len(listening.people), len(model.items), path)
