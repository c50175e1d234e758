"""How the model fares is told in one word, and a process without one loads nothing for that."""

import pytest

from apps.recommendations import shelf
from apps.recommendations.engine import model_file
from apps.recommendations.engine.model import train
from apps.recommendations.engine.model_file import write_model
from apps.recommendations.model_state import ModelState, model_state
from apps.recommendations.tests.made_up import SMALL, listening, two_tastes


def test_none_on_a_new_installation_and_nothing_is_read():
    assert model_state() is ModelState.MISSING
    assert shelf.own_shelf.cache_info().currsize == 0


@pytest.mark.parametrize("content", [b"", b"nonsense", model_file.MAGIC])
def test_a_broken_one_and_one_that_can_be_used(no_model, content):
    no_model.write_bytes(content)
    assert model_state() is ModelState.BROKEN

    write_model(train(listening(two_tastes()), SMALL), no_model)
    assert model_state() is ModelState.OK


def test_of_another_version(no_model, monkeypatch, caplog):
    mine = model_file.VERSION
    monkeypatch.setattr(model_file, "VERSION", mine + 1)
    write_model(train(listening(two_tastes()), SMALL), no_model)
    monkeypatch.undo()
    shelf.own_shelf.cache_clear()
    state = shelf.Shelf(no_model).held().state

    assert state is ModelState.OLD
    assert f"has format {mine + 1}, and this version reads format {mine}" in caplog.text
