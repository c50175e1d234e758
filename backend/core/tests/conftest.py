"""What the tests of the core share."""

from collections.abc import Iterator

import pytest

from core.tests.notes import Note, drop_table, empty_table, make_table


@pytest.fixture(scope="session")
def note_table(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        make_table(Note)
    yield
    with django_db_blocker.unblock():
        drop_table(Note)


@pytest.fixture
def notes(note_table: None, db: None) -> Iterator[list[str]]:
    """The table of notes, and the hooks that are called from here on. All of it is rolled back."""
    Note.called.clear()
    yield Note.called
    Note.called.clear()


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Real commits, in place of pytest-django's own: to empty every table takes many times as long.

    A test that stores something removes it.
    """
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def stored_notes(note_table: None, transactional_db: None) -> Iterator[None]:
    """The table of notes, with real commits; only that is emptied afterwards."""
    yield
    empty_table(Note)
