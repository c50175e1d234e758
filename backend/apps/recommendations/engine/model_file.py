"""A model as one file: a header, then NumPy's own archive of arrays.

The head is a magic word, the version of the format, the length of what follows and its SHA-256. What is not
exactly that is rejected with a reason, and no code in it is executed: arrays of objects are not read.
"""

import contextlib
import hashlib
import os
import struct
import tempfile
import zipfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from apps.recommendations.engine.algorithms import FactorEnsemble, Hyperparameters
from apps.recommendations.engine.dataset import Integers, SparseMatrix
from apps.recommendations.engine.model import Model

MAGIC = b"TUTTI-RECOMMEND\n"
# Changes when the meaning of the arrays changes: a model is then trained again, never guessed at.
VERSION = 2
HEAD = struct.Struct(f"<{len(MAGIC)}sIQ32s")
PIECE_BYTES = 1 << 20


class ModelFileError(Exception):
    """A file that contains no valid model; the text has the reason, and follows the file's name."""


class OldModelError(ModelFileError):
    """A model that another version of the server wrote."""


def write_model(model: Model, path: Path) -> None:
    """A concurrent reader of `path` gets the previous model or this one, complete. Raises OSError."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w+b") as stored:
            stored.write(bytes(HEAD.size))
            np.savez(stored, **_arrays(model))
            length = stored.seek(0, os.SEEK_END) - HEAD.size
            digest = _digest(stored)
            stored.seek(0)
            stored.write(HEAD.pack(MAGIC, VERSION, length, digest))
            stored.flush()
            os.fsync(stored.fileno())
        Path(draft).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(draft).unlink()
        raise


def read_model(path: Path) -> Model:
    """Raises ModelFileError, and FileNotFoundError when there is none."""
    with path.open("rb") as stored:
        return read_open_model(stored)


def read_open_model(stored: BinaryIO) -> Model:
    """Raises ModelFileError."""
    _check(stored)
    stored.seek(HEAD.size)
    try:
        with np.load(stored, allow_pickle=False) as arrays:
            return _model(arrays)
    # Its checksum is right, so another program wrote it, or this one with other names.
    except (KeyError, ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelFileError(f"holds something else than a model: {error}") from None


def _check(stored: BinaryIO) -> None:
    head = stored.read(HEAD.size)
    if len(head) < HEAD.size or not head.startswith(MAGIC):
        raise ModelFileError("is not a model, or its beginning is damaged")
    _, version, length, digest = HEAD.unpack(head)
    if version != VERSION:
        raise OldModelError(f"has format {version}, and this version reads format {VERSION}")
    if stored.seek(0, os.SEEK_END) != HEAD.size + length:
        raise ModelFileError("is cut off, or something was added")
    if _digest(stored) != digest:
        raise ModelFileError("is damaged: its checksum is another")


def _digest(stored: BinaryIO) -> bytes:
    stored.seek(HEAD.size)
    digest = hashlib.sha256()
    while piece := stored.read(PIECE_BYTES):
        digest.update(piece)
    return digest.digest()


def _arrays(model: Model) -> dict[str, Any]:
    names = [item.encode() for item in model.items]
    return {
        "item_bytes": np.frombuffer(b"".join(names), np.uint8),
        "item_lengths": np.array([len(name) for name in names], np.int64),
        "people": model.people,
        "factors": model.factors.items,
        "factor_sets": model.factors.sets,
        "tie_starts": model.ties.starts,
        "tie_columns": model.ties.columns,
        "tie_values": model.ties.values,
        **{f"option_{name}": np.array(value) for name, value in asdict(model.options).items()},
    }


def _model(arrays: Any) -> Model:
    items = _items(arrays["item_bytes"].tobytes(), arrays["item_lengths"])
    ties = SparseMatrix(arrays["tie_starts"], arrays["tie_columns"], arrays["tie_values"], len(items))
    options = Hyperparameters(
        **{option.name: arrays[f"option_{option.name}"].item() for option in fields(Hyperparameters)}
    )
    factors = FactorEnsemble(arrays["factors"], arrays["factor_sets"])
    model = Model(items, arrays["people"], factors, ties, options)
    if not len(items) == len(model.people) == len(factors.items) == ties.height:
        raise ValueError("its parts do not fit together")
    if factors.sets.shape != (options.sets, factors.items.shape[1], options.factors):
        raise ValueError("its parts do not fit together")
    return model


def _items(text: bytes, lengths: Integers) -> list[str]:
    ends = np.cumsum(lengths)
    return [text[end - length : end].decode() for end, length in zip(ends, lengths, strict=True)]
