"""A broken constraint is known by its name, on each database."""

import pytest
from django.db import IntegrityError, transaction

from core.constraints import violated_constraint
from core.models import Milestone
from core.tests.notes import Note


def broken_by(**fields: object) -> IntegrityError:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Note(**fields).save()
    return error.value


@pytest.fixture(autouse=True)
def first_note(notes) -> Note:
    note = Note(board=1, text="Halo", place=-1)
    note.save()
    return note


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"board": 1, "text": "Halo"}, "note_once"),
        ({"board": 1, "text": "Hello", "place": -1}, "note_place_once"),
        ({"board": 2, "text": "Halo", "place": -1}, "note_below_zero_once"),
    ],
    ids=["columns", "other columns", "an index with a condition"],
)
def test_the_constraint_that_was_broken_is_named(fields, name: str):
    assert violated_constraint(broken_by(**fields), among=Note) == name


def test_another_model_s_constraint_is_not_ours():
    error = broken_by(board=1, text="Halo")
    assert violated_constraint(error, among=Milestone) is None


def test_what_is_no_unique_constraint_has_no_name():
    assert violated_constraint(broken_by(board=None, text="Halo"), among=Note) is None
