"""Training: the one write of this app, which puts a new model in the place of the old."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.conf import settings

from apps.recommendations.engine.listening import Listening
from apps.recommendations.engine.model import train
from apps.recommendations.engine.model_file import write_model
from apps.recommendations.engine.options import Options
from apps.recommendations.own_listening import Row, outside_listening, own_listening


@dataclass(frozen=True, slots=True)
class Trained:
    """What a model was made from, and where it is."""

    listens: int
    listeners: int
    items: int
    path: Path


def train_recommendations(*, data: Path | None = None, seed: int = 0) -> Trained:
    """Learns from this installation, and from `data` or what RECOMMENDATION_DATA names.

    Processes that serve take the new model with their next request; until then they have the old one.

    Raises ListeningError for the outside set, NothingToLearnError when there is no listen at all, and OSError
    when the file can't be written. The old model then stays.
    """
    rows: Iterator[Row] = own_listening()
    folder = data or settings.RECOMMENDATION_DATA
    if folder is not None:
        rows = chain(rows, outside_listening(folder))
    listening = Listening.of(rows)
    model = train(listening, Options(seed=seed))
    path = Path(settings.RECOMMENDATION_MODEL)
    write_model(model, path)
    return Trained(len(listening), len(listening.people), len(model.items), path)
