"""What one reader had missed is not read again for the next who missed the same."""

import pytest

from apps.realtime import connection as module
from apps.realtime.frames import Frame, Position
from apps.realtime.replays import MAX_CHARACTERS, MAX_KEPT, Replays
from apps.realtime.selectors import Missed, Top, missed_since
from apps.realtime.services import begin_new_epochs
from apps.realtime.tests.boards import append
from apps.realtime.tests.listening import in_database
from apps.realtime.tests.readers import Reader, at

FROM = Position("e", 1)


def missed(*texts: str, top: int = 9) -> Missed:
    return Missed(Top(1, "e", top), [Frame(seq, text) for seq, text in enumerate(texts, start=2)])


@pytest.fixture
def reads(monkeypatch) -> list[Position]:
    """The positions from which the log was read."""
    asked: list[Position] = []

    def noting(stream_id, position, **how):
        asked.append(position)
        return missed_since(stream_id, position, **how)

    monkeypatch.setattr(module, "missed_since", noting)
    return asked


async def test_the_next_who_missed_the_same_is_given_what_was_read(stored_board, hub, reads):
    await in_database(append, stored_board.pk, *"abc")
    readers = [Reader(hub) for _ in range(5)]
    for reader in readers:
        await reader.open(await at(stored_board, 1))
        await reader.until_sent("connection.established", 2, 3, "resumed")
    assert len(reads) == 1
    other = Reader(hub)
    await other.open(await at(stored_board, 2))
    await other.until_sent("connection.established", 3, "resumed")
    assert len(reads) == 2


async def test_who_comes_after_another_event_is_given_that_too(stored_board, hub, reads):
    await in_database(append, stored_board.pk, "a")
    ada, bo = Reader(hub), Reader(hub)
    await ada.open(await at(stored_board, 0))
    await in_database(append, stored_board.pk, "b")
    await ada.until_sent("connection.established", 1, "resumed", 2)
    await bo.open(await at(stored_board, 0))
    await bo.until_sent("connection.established", 1, 2, "resumed")
    assert len(reads) == 2


async def test_of_another_epoch_nothing_is_given(stored_board, hub):
    await in_database(append, stored_board.pk, "a")
    ada, bo = Reader(hub), Reader(hub)
    position = await at(stored_board, 0)
    await ada.open(position)
    await in_database(begin_new_epochs)
    await ada.until(lambda: ada.sent[-1] == "board.snapshot")
    await bo.open(position)
    assert bo.payload("resumed")["recovered"] is False


def test_few_are_kept_and_none_that_is_large():
    replays = Replays()
    for until in range(2, 3 + MAX_KEPT):
        replays.keep(FROM, until=until, missed=missed("a"))
    assert [until for until in range(2, 3 + MAX_KEPT) if replays.get(FROM, until=until)] == [
        *range(3, 3 + MAX_KEPT)
    ]
    replays.keep(FROM, until=99, missed=missed("x" * MAX_CHARACTERS, "y", top=99))
    assert replays.get(FROM, until=99) is None


@pytest.mark.parametrize("found", [Missed(Top(1, "e", 9), None), missed("a", top=2)], ids=["gone", "behind"])
def test_what_may_be_more_later_is_not_kept(found: Missed):
    replays = Replays()
    replays.keep(FROM, until=3, missed=found)
    assert replays.get(FROM, until=3) is None
