"""What the tests of live events share."""

from collections.abc import AsyncIterator, Iterator

import pytest
from django.db.models.signals import post_delete, post_save

from apps.realtime import locks
from apps.realtime.database_reads import close_reader_connections
from apps.realtime.hub import Hub, current_hub, stop_current_hub
from apps.realtime.models import KINDS, Stream
from apps.realtime.publishing import Hint
from apps.realtime.tests.boards import BOARDS, KIND, Card, open_board
from core.tests.notes import drop_table, empty_table, make_table


@pytest.fixture(autouse=True)
def own_kind(monkeypatch) -> None:
    monkeypatch.setitem(KINDS, KIND, BOARDS)


@pytest.fixture(autouse=True)
def own_marks(settings, tmp_path) -> None:
    """Watermarks are written to a folder of the test."""
    settings.DATA_DIR = tmp_path


@pytest.fixture(scope="session")
def card_table(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        make_table(Card)
    yield
    with django_db_blocker.unblock():
        drop_table(Card)


@pytest.fixture
def board(card_table: None, db: None) -> Stream:
    """A new, empty board; all of the test is rolled back."""
    return open_board()


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Real commits, in place of pytest-django's own: to empty every table takes many times as long.

    A test that stores something removes it.
    """
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def stored_board(card_table: None, transactional_db: None) -> Iterator[Stream]:
    """A new, empty board; what the test commits is there for every connection."""
    yield open_board()
    Stream.objects.filter(kind=KIND).delete()
    empty_table(Card)


@pytest.fixture
def hints(monkeypatch) -> list[Hint]:
    """What is published from here on."""
    published: list[Hint] = []
    monkeypatch.setattr(locks, "publish", published.append)
    return published


@pytest.fixture
def own_receivers() -> Iterator[None]:
    """Whatever the test connects to the models' signals is gone after it."""
    signals = (post_save, post_delete)
    before = [list(signal.receivers) for signal in signals]
    yield
    for signal, receivers in zip(signals, before, strict=True):
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()


@pytest.fixture
async def readers(stored_board: Stream) -> AsyncIterator[None]:
    """The reader threads give their connections back before the database goes."""
    yield
    close_reader_connections()


@pytest.fixture
async def hub(readers: None) -> AsyncIterator[Hub]:
    """The hub of the test's own loop."""
    yield current_hub()
    await stop_current_hub()


@pytest.fixture
def known_hosts(settings) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CORS_ALLOWED_ORIGINS = ["https://party.example"]
