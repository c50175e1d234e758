"""A model's file is read or rejected with a reason; a process replaces its model by a new one."""

import hashlib
import io
import logging
import os
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.engine import model_file
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
from apps.recommendations.model_loader import NO_FILE, ModelLoader, model_loader, model_state
from apps.recommendations.models import ModelState
from apps.recommendations.tests.synthetic_data import SMALL, listening, two_tastes

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


def rejected(content: bytes, match: str | None = None) -> None:
    with pytest.raises(ModelFileError, match=match):
        read_open_model(io.BytesIO(content))


@given(st.data())
def test_a_truncated_model_file_is_rejected(stored, data):
    end = data.draw(st.integers(0, len(stored) - 1))

    rejected(stored[:end], r"not a model|cut off")


@given(st.data())
def test_any_changed_byte_is_detected(stored, data):
    place = data.draw(st.integers(0, len(stored) - 1))
    other = data.draw(st.integers(1, 255))
    broken = bytearray(stored)
    broken[place] ^= other

    rejected(bytes(broken))


@given(st.binary(max_size=200))
def test_garbage_is_rejected_with_and_without_a_valid_header(garbage):
    rejected(garbage)
    rejected(packed(garbage))


def test_an_invalid_model_is_rejected_with_a_reason(stored):
    """Objects are never read: they would be unpickled, which runs whatever the file says."""
    payload = stored[HEAD.size :]
    arrays = dict(np.load(io.BytesIO(payload)))

    rejected(stored + b"\0", "cut off, or something was added")
    for version in (0, VERSION + 1):
        message = f"has format {version}, and this version reads format {VERSION}"
        rejected(packed(payload, version=version), message)
    for other in ({"people": np.zeros(3)}, arrays | {"factors": np.array([print], dtype=object)}):
        rejected(packed(archive(**other)), "something else than a model")
    for name in ("factors", "factor_sets"):
        rejected(packed(archive(**arrays | {name: arrays[name][1:]})), "do not fit together")


@pytest.mark.parametrize("failing", ["fsync", "savez"])
def test_a_failed_write_leaves_only_the_old_file(tmp_path, monkeypatch, failing):
    path = tmp_path / "a.model"
    write_model(MODEL, path)
    before = path.read_bytes()

    def reject(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os if failing == "fsync" else np, failing, reject)
    with pytest.raises(OSError, match="No space left"):
        write_model(MODEL, path)

    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.model"]


def test_a_reader_during_a_replacement_reads_the_opened_file(tmp_path):
    path = tmp_path / "a.model"
    write_model(MODEL, path)
    other = train(listening(two_tastes()[:9]), SMALL)

    with path.open("rb") as opened:
        write_model(other, path)
        assert_same(read_open_model(opened), MODEL)

    assert_same(read_model(path), other)


# --- The model that a process uses: read once, swapped without a restart -----------------------------


ONE = train(listening(two_tastes()), SMALL)
OTHER = train(listening([*two_tastes(), ("Ada", "Blue in Green", 1.0)]), SMALL)


@pytest.fixture
def loader(tmp_path) -> ModelLoader:
    return ModelLoader(tmp_path / "recommendations.model")


def warnings(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_new_model_file_is_loaded_once_without_a_restart(loader, caplog, monkeypatch):
    assert (loader.model(), loader.model()) == (None, None)
    assert loader.loaded().reason == NO_FILE
    assert warnings(caplog) == [f"Recommendations continue without a model. {NO_FILE}"]
    for model in (ONE, OTHER, ONE):
        write_model(model, loader.path)
        found = loader.model()
        assert found is not None
        assert found.items == model.items
        assert loader.loaded().reason == ""
        with monkeypatch.context() as patch:
            patch.setattr(model_file, "read_open_model", lambda _: pytest.fail("read again"))
            assert loader.model() is found
    loader.path.unlink()
    assert loader.model() is None
    loader.path.mkdir()
    assert loader.model() is None
    assert "can't be read: Is a directory" in loader.loaded().reason


def test_a_damaged_model_file_is_logged_once(loader, caplog):
    loader.path.write_bytes(b"half a mod")

    assert (loader.model(), loader.model()) == (None, None)

    assert loader.loaded().reason == (
        f"{loader.path} is not a model, or its beginning is damaged. "
        "Train again: manage.py train_recommendations"
    )
    assert len(warnings(caplog)) == 1


def test_the_status_of_the_model_is_one_word(no_model, monkeypatch, caplog):
    assert model_state() is ModelState.MISSING
    assert model_loader.cache_info().currsize == 0, "something was loaded to find that out"
    for content in (b"", b"nonsense", model_file.MAGIC):
        no_model.write_bytes(content)
        assert model_state() is ModelState.BROKEN
    write_model(ONE, no_model)
    assert model_state() is ModelState.OK

    mine = model_file.VERSION
    with monkeypatch.context() as patch:
        patch.setattr(model_file, "VERSION", mine + 1)
        write_model(ONE, no_model)
    assert ModelLoader(no_model).loaded().state is ModelState.OLD
    assert f"has format {mine + 1}, and this version reads format {mine}" in caplog.text


def test_while_one_thread_loads_a_new_model_the_others_use_the_old_one(loader, monkeypatch):
    write_model(ONE, loader.path)
    old = loader.model()
    write_model(OTHER, loader.path)
    has_begun, may_end = threading.Event(), threading.Event()
    read = read_open_model

    def slowly(stored):
        has_begun.set()
        assert may_end.wait(10)
        return read(stored)

    monkeypatch.setattr(model_file, "read_open_model", slowly)
    reader = threading.Thread(target=loader.model)
    reader.start()
    assert has_begun.wait(10)

    assert loader.model() is old

    may_end.set()
    reader.join()
    found = loader.model()
    assert found is not None
    assert found.items == OTHER.items


def test_concurrent_readers_and_replacements_never_see_a_partial_model(loader):
    write_model(ONE, loader.path)
    is_over = threading.Event()
    met: set[int] = set()
    failures: list[str] = []

    def look() -> None:
        while not is_over.is_set():
            loaded = loader.loaded()
            met.add(len(loaded.model.items) if loaded.model else 0)
            failures.extend(filter(None, [loaded.reason]))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for model in [OTHER, ONE] * 20:
        write_model(model, loader.path)
    is_over.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert met
    assert met <= {len(ONE.items), len(OTHER.items)}
