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


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "a.model"

    write_model(MODEL, path)

    assert_same(read_model(path), MODEL)
    assert [file.name for file in tmp_path.iterdir()] == ["a.model"]


@given(st.data())
def test_a_file_that_is_cut_anywhere_is_refused(stored, data):
    end = data.draw(st.integers(0, len(stored) - 1))

    with pytest.raises(ModelFileError, match=r"not a model|cut off"):
        read_open_model(io.BytesIO(stored[:end]))


@given(st.data())
def test_a_byte_that_is_another_anywhere_is_noticed(stored, data):
    place = data.draw(st.integers(0, len(stored) - 1))
    other = data.draw(st.integers(1, 255))
    broken = bytearray(stored)
    broken[place] ^= other

    with pytest.raises(ModelFileError):
        read_open_model(io.BytesIO(bytes(broken)))


@given(st.binary(max_size=200))
def test_garbage_is_refused_with_and_without_a_right_head(garbage):
    for content in (garbage, packed(garbage)):
        with pytest.raises(ModelFileError):
            read_open_model(io.BytesIO(content))


def test_something_added_is_noticed(stored):
    with pytest.raises(ModelFileError, match="cut off, or something was added"):
        read_open_model(io.BytesIO(stored + b"\0"))


@pytest.mark.parametrize("version", [0, VERSION + 1])
def test_another_format_is_named(stored, version):
    with pytest.raises(
        ModelFileError, match=f"has format {version}, and this version reads format {VERSION}"
    ):
        read_open_model(io.BytesIO(packed(stored[HEAD.size :], version=version)))


def test_another_program_s_archive_is_refused():
    with pytest.raises(ModelFileError, match="something else than a model"):
        read_open_model(io.BytesIO(packed(archive(people=np.zeros(3)))))


def test_objects_are_never_read(stored):
    """They would be unpickled, which runs whatever the file says."""
    arrays = dict(np.load(io.BytesIO(stored[HEAD.size :])))
    content = packed(archive(**arrays | {"factors": np.array([print], dtype=object)}))

    with pytest.raises(ModelFileError, match="something else than a model"):
        read_open_model(io.BytesIO(content))


@pytest.mark.parametrize("name", ["factors", "factor_sets"])
def test_parts_that_do_not_fit_together_are_refused(stored, name):
    arrays = dict(np.load(io.BytesIO(stored[HEAD.size :])))
    content = packed(archive(**arrays | {name: arrays[name][1:]}))

    with pytest.raises(ModelFileError, match="do not fit together"):
        read_open_model(io.BytesIO(content))


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
