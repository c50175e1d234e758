"""The model that this process uses: read once, and again when another file stands in its place."""

import logging
import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from apps.recommendations.engine.model import Model
from apps.recommendations.engine.model_file import ModelFileError, OldModelError, read_open_model
from apps.recommendations.model_state import ModelState

logger = logging.getLogger(__name__)

# What tells one file from another in the same place: device, number, length, time of its last change.
Identity = tuple[int, int, int, int]

NO_FILE = "There is no model yet: manage.py train_recommendations makes one."


@dataclass(frozen=True, slots=True)
class Held:
    """A model, or why there is none, and which file that is true of (None: there is no file)."""

    identity: Identity | None
    model: Model | None
    reason: str = ""
    state: ModelState = ModelState.OK


class Shelf:
    """Holds the model of one file. What is wrong with the file is told in the log, once, and never raised."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: Held | None = None
        self._reading = threading.Lock()

    def model(self) -> Model | None:
        """Costs a look at the file. While one thread reads a new one the others have the old."""
        return self.held().model

    def held(self) -> Held:
        """The same with the reason, for whoever tells people about it."""
        held = self._held
        identity = _identity(self.path)
        if held is not None and held.identity == identity:
            return held
        # The first has nothing to go on with, and waits; so do others that come with it.
        if held is not None and self._reading.locked():
            return held
        with self._reading:
            if self._held is None or self._held.identity != _identity(self.path):
                self._held = self._read()
            return self._held

    def _read(self) -> Held:
        try:
            # The identity of what was opened, whatever is put in its place meanwhile.
            with self.path.open("rb") as stored:
                identity = _identity_of(os.fstat(stored.fileno()))
                held = self._read_open(stored, identity)
        except FileNotFoundError:
            held = Held(None, None, NO_FILE, ModelState.MISSING)
        except OSError as error:
            reason = f"{self.path} can't be read: {error.strerror}."
            held = Held(_identity(self.path), None, reason, ModelState.BROKEN)
        if held.model is None:
            logger.warning("Recommendations continue without a model. %s", held.reason)
        else:
            logger.info("Recommendations use a model of %d items", len(held.model.items))
        return held

    def _read_open(self, stored: BinaryIO, identity: Identity) -> Held:
        try:
            return Held(identity, read_open_model(stored))
        except ModelFileError as error:
            state = ModelState.OLD if isinstance(error, OldModelError) else ModelState.BROKEN
            reason = f"{self.path} {error}. Train anew: manage.py train_recommendations"
            return Held(identity, None, reason, state)


def _identity(path: Path) -> Identity | None:
    try:
        return _identity_of(path.stat())
    except OSError:
        return None


def _identity_of(stat: os.stat_result) -> Identity:
    return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


@cache
def own_shelf() -> Shelf:
    """The one of this process."""
    return Shelf(settings.RECOMMENDATION_MODEL)
