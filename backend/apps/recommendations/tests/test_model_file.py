"""A model's file: what was written is read, and what is not exactly that is refused with a reason."""

import hashlib
import io
import os
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.engine.model import Model, train
from apps.recommendations.engine.model_file import (
    HEAD,
    MAGIC,
    VERSION,
    ModelFileError,
    read_model,
    read_open_model,
    write_model,
)
from apps.recommendations.tests.made_up import SMALL, listening, two_tastes

MODEL = train(listening([*two_tastes(), ("Ada", "Sigur Rós ☃", 2.0), ("Ada", "Halo", 2.0)]), SMALL)


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("model") / "a.model"
    write_model(MODEL, path)
    content: bytes = path.read_bytes()
    return content


def assert_same(one: Model, other: Model) -> None:
    assert one.items == other.items
    assert one.options == other.options
    for mine, theirs in [
        (one.people, other.people),
        (one.factors.items, other.factors.items),
        (one.factors.sets, other.factors.sets),
        (one.ties.starts, other.ties.starts),
        (one.ties.columns, other.ties.columns),
        (one.ties.values, other.ties.values),
    ]:
        assert mine.dtype == theirs.dtype
        assert (mine == theirs).all()


def packed(payload: bytes, *, version: int = VERSION, magic: bytes = MAGIC) -> bytes:
    return HEAD.pack(magic, version, len(payload), hashlib.sha256(payload).digest()) + payload


def archive(**arrays: Any) -> bytes:
    written = io.BytesIO()
    np.savez(written, **arrays)
    return written.getvalue()


def refused(content: bytes, match: str | None = None) -> None:
    with pytest.raises(ModelFileError, match=match):
        read_open_model(io.BytesIO(content))


@given(st.data())
def test_a_file_that_is_cut_anywhere_is_refused(stored, data):
    end = data.draw(st.integers(0, len(stored) - 1))

    refused(stored[:end], r"not a model|cut off")


@given(st.data())
def test_a_byte_that_is_another_anywhere_is_noticed(stored, data):
    place = data.draw(st.integers(0, len(stored) - 1))
    other = data.draw(st.integers(1, 255))
    broken = bytearray(stored)
    broken[place] ^= other

    refused(bytes(broken))


@given(st.binary(max_size=200))
def test_garbage_is_refused_with_and_without_a_right_head(garbage):
    refused(garbage)
    refused(packed(garbage))


def test_what_is_not_exactly_a_model_is_refused_with_a_reason(stored):
    """Objects are never read: they would be unpickled, which runs whatever the file says."""
    payload = stored[HEAD.size :]
    arrays = dict(np.load(io.BytesIO(payload)))

    refused(stored + b"\0", "cut off, or something was added")
    for version in (0, VERSION + 1):
        told = f"has format {version}, and this version reads format {VERSION}"
        refused(packed(payload, version=version), told)
    for other in ({"people": np.zeros(3)}, arrays | {"factors": np.array([print], dtype=object)}):
        refused(packed(archive(**other)), "something else than a model")
    for name in ("factors", "factor_sets"):
        refused(packed(archive(**arrays | {name: arrays[name][1:]})), "do not fit together")


@pytest.mark.parametrize("failing", ["fsync", "savez"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch, failing):
    path = tmp_path / "a.model"
    write_model(MODEL, path)
    before = path.read_bytes()

    def refuse(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os if failing == "fsync" else np, failing, refuse)
    with pytest.raises(OSError, match="No space left"):
        write_model(MODEL, path)

    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.model"]


def test_who_reads_while_it_is_replaced_reads_the_one_that_was_opened(tmp_path):
    path = tmp_path / "a.model"
    write_model(MODEL, path)
    other = train(listening(two_tastes()[:9]), SMALL)

    with path.open("rb") as opened:
        write_model(other, path)
        assert_same(read_open_model(opened), MODEL)

    assert_same(read_model(path), other)
