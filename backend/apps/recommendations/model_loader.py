"""The model that this process uses: read once, and again when its file is replaced."""

import logging
import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

from apps.recommendations.models import ModelState

if TYPE_CHECKING:
    from apps.recommendations.engine.model import Model


logger = logging.getLogger(__name__)

# Distinguishes files at the same path: device, inode number, length, time of the last change.
Identity = tuple[int, int, int, int]

NO_FILE = "There is no model yet: manage.py train_recommendations makes one."


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model, or the reason why there is none; `identity` is that of the file, None without a file."""

    identity: Identity | None
    model: "Model | None"
    reason: str = ""
    state: ModelState = ModelState.OK


class ModelLoader:
    """Loads the model of one file. An invalid file is logged once, and raises nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loaded: LoadedModel | None = None
        self._reading = threading.Lock()

    def model(self) -> "Model | None":
        """Costs a look at the file. While one thread reads a new one the others have the old."""
        return self.loaded().model

    def loaded(self) -> LoadedModel:
        """The same with the reason, for callers that report it."""
        loaded = self._loaded
        identity = _identity(self.path)
        if loaded is not None and loaded.identity == identity:
            return loaded
        # The first has nothing to go on with, and waits; so do others that come with it.
        if loaded is not None and self._reading.locked():
            return loaded
        with self._reading:
            if self._loaded is None or self._loaded.identity != _identity(self.path):
                self._loaded = self._read()
            return self._loaded

    def _read(self) -> LoadedModel:
        try:
            # The identity of the opened file, which may be replaced since.
            with self.path.open("rb") as stored:
                identity = _identity_of(os.fstat(stored.fileno()))
                loaded = self._read_open(stored, identity)
        except FileNotFoundError:
            loaded = LoadedModel(None, None, NO_FILE, ModelState.MISSING)
        except OSError as error:
            reason = f"{self.path} can't be read: {error.strerror}."
            loaded = LoadedModel(_identity(self.path), None, reason, ModelState.BROKEN)
        if loaded.model is None:
            logger.warning("Recommendations continue without a model. %s", loaded.reason)
        else:
            logger.info("Recommendations use a model of %d items", len(loaded.model.items))
        return loaded

    def _read_open(self, stored: BinaryIO, identity: Identity) -> LoadedModel:
        from apps.recommendations.engine.model_file import (  # loads NumPy
            ModelFileError,
            OldModelError,
            read_open_model,
        )

        try:
            return LoadedModel(identity, read_open_model(stored))
        except ModelFileError as error:
            state = ModelState.OLD if isinstance(error, OldModelError) else ModelState.BROKEN
            reason = f"{self.path} {error}. Train again: manage.py train_recommendations"
            return LoadedModel(identity, None, reason, state)


def _identity(path: Path) -> Identity | None:
    try:
        return _identity_of(path.stat())
    except OSError:
        return None


def _identity_of(stat: os.stat_result) -> Identity:
    return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


@cache
def model_loader() -> ModelLoader:
    """The one of this process."""
    return ModelLoader(settings.RECOMMENDATION_MODEL)


# States that an administrator has to look at.
FAILED_STATES = (ModelState.OLD, ModelState.BROKEN)


def model_state() -> ModelState:
    """Reads the model where there is one and this process has not read it yet."""
    if not settings.RECOMMENDATION_MODEL.exists():
        return ModelState.MISSING
    return model_loader().loaded().state
