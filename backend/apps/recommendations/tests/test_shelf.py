"""The model that a process uses: read once, swapped without a restart, and never in the way."""

import logging
import threading

import pytest

from apps.recommendations import shelf as shelves
from apps.recommendations.engine.model import train
from apps.recommendations.engine.model_file import read_open_model, write_model
from apps.recommendations.shelf import NO_FILE, Shelf
from apps.recommendations.tests.made_up import SMALL, listening, two_tastes

ONE = train(listening(two_tastes()), SMALL)
OTHER = train(listening([*two_tastes(), ("Ada", "Blue in Green", 1.0)]), SMALL)


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    return Shelf(tmp_path / "recommendations.model")


def warnings(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_model_is_read_once(shelf, monkeypatch):
    write_model(ONE, shelf.path)
    first = shelf.model()
    monkeypatch.setattr(shelves, "read_open_model", lambda _: pytest.fail("read again"))

    assert first is not None
    assert first.items == ONE.items
    assert shelf.model() is first


def test_without_a_file_there_is_no_model_and_the_log_says_so_once(shelf, caplog):
    assert shelf.model() is None
    assert shelf.model() is None
    assert shelf.held().reason == NO_FILE
    assert warnings(caplog) == [f"Recommendations go on without a model. {NO_FILE}"]


def test_a_new_file_is_taken_without_a_restart(shelf):
    assert shelf.model() is None
    for model in (ONE, OTHER, ONE):
        write_model(model, shelf.path)
        found = shelf.model()
        assert found is not None
        assert found.items == model.items
        assert shelf.held().reason == ""
    shelf.path.unlink()
    assert shelf.model() is None


def test_a_broken_file_is_told_once_and_a_good_one_after_it_is_taken(shelf, caplog):
    shelf.path.write_bytes(b"half a mod")

    assert shelf.model() is None
    assert shelf.model() is None

    assert shelf.held().reason == (
        f"{shelf.path} is not a model, or its beginning is damaged. "
        "Train anew: manage.py train_recommendations"
    )
    assert len(warnings(caplog)) == 1
    write_model(ONE, shelf.path)
    assert shelf.model() is not None


def test_what_can_t_be_read_is_told(shelf):
    shelf.path.mkdir()

    assert shelf.model() is None
    assert "can't be read: Is a directory" in shelf.held().reason


def test_while_one_reads_a_new_file_the_others_go_on_with_the_old(shelf, monkeypatch):
    write_model(ONE, shelf.path)
    old = shelf.model()
    write_model(OTHER, shelf.path)
    has_begun, may_end = threading.Event(), threading.Event()
    read = read_open_model

    def slowly(stored):
        has_begun.set()
        assert may_end.wait(10)
        return read(stored)

    monkeypatch.setattr(shelves, "read_open_model", slowly)
    reader = threading.Thread(target=shelf.model)
    reader.start()
    assert has_begun.wait(10)

    assert shelf.model() is old

    may_end.set()
    reader.join()
    found = shelf.model()
    assert found is not None
    assert found.items == OTHER.items


def test_many_readers_and_many_replacements_never_meet_half_a_model(shelf):
    write_model(ONE, shelf.path)
    is_over = threading.Event()
    met: set[int] = set()
    failures: list[str] = []

    def look() -> None:
        while not is_over.is_set():
            held = shelf.held()
            met.add(len(held.model.items) if held.model else 0)
            failures.extend(filter(None, [held.reason]))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for model in [OTHER, ONE] * 20:
        write_model(model, shelf.path)
    is_over.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert met
    assert met <= {len(ONE.items), len(OTHER.items)}
