"""One reader of one stream: greeted, brought up to date, then live; in order, each event once."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.realtime.frames import Position
from apps.realtime.hub import Hub
from apps.realtime.models import Event, Stream
from apps.realtime.tests.boards import KIND, Card, append, fill, open_board
from apps.realtime.tests.listening import in_database
from apps.realtime.tests.readers import Reader, at


@pytest.fixture
async def ada(hub: Hub) -> Reader:
    return Reader(hub)


async def test_who_connects_is_greeted_and_then_live(stored_board, ada):
    await in_database(append, stored_board.pk, "a", "b")
    assert await ada.open()
    assert ada.payload("connection.established") == {
        "board": "main",
        "epoch": stored_board.epoch,
        "seq": 2,
        "heartbeat_seconds": 25,
    }
    await in_database(append, stored_board.pk, "c")
    await ada.until_sent("connection.established", 3)
    assert ada.connection.seq == 3
    assert not ada.connection.can_resume


async def test_there_is_nothing_to_open_where_no_stream_is(ada):
    assert not await ada.open(name="nothing")
    assert ada.frames == []


async def test_who_left_hears_nothing_more(stored_board, ada, hub):
    await ada.open()
    ada.connection.leave()
    await in_database(append, stored_board.pk, "a")
    assert ada.connection not in hub.connections
    assert ada.sent == ["connection.established"]


# --- Resuming ----------------------------------------------------------------------------------------


async def test_a_position_in_the_address_brings_everything_after_it(stored_board, ada):
    await in_database(append, stored_board.pk, *"abcd")
    await ada.open(await at(stored_board, 1))
    await ada.until_sent("connection.established", 2, 3, 4, "resumed")
    assert ada.payload("resumed") == {"epoch": stored_board.epoch, "seq": 4, "recovered": True}
    assert ada.connection.can_resume
    await in_database(append, stored_board.pk, "e")
    await ada.until(lambda: ada.sent[-1] == 5)


async def test_a_position_at_the_top_brings_nothing(stored_board, ada):
    await in_database(append, stored_board.pk, "a")
    await ada.open(await at(stored_board, 1))
    await ada.until_sent("connection.established", "resumed")
    assert ada.payload("resumed")["recovered"] is True


@pytest.mark.parametrize(
    ("epoch", "since"), [("another", 1), (None, 9), (None, 0)], ids=["epoch", "future", "trimmed"]
)
async def test_what_the_log_can_t_give_is_made_up_by_a_snapshot(
    stored_board, ada, epoch: str | None, since: int
):
    await in_database(append, stored_board.pk, *"abcd")
    await in_database(Card(board=stored_board.pk, text="Halo").save)
    await in_database(Event.objects.filter(stream=stored_board, seq__lt=2).delete)
    await ada.open(Position(epoch or stored_board.epoch, since))
    await ada.until_sent("connection.established", "board.snapshot", "resumed")
    assert ada.payload("board.snapshot") == {"epoch": stored_board.epoch, "seq": 4, "items": ["Halo"]}
    assert ada.payload("resumed") == {"epoch": stored_board.epoch, "seq": 4, "recovered": False}


@pytest.mark.parametrize(("missed", "expected"), [(500, True), (501, False)])
async def test_more_than_500_events_are_a_snapshot(stored_board, ada, missed: int, expected: bool):
    await in_database(fill, stored_board.pk, missed)
    await ada.open(await at(stored_board, 0))
    assert ada.payload("resumed")["recovered"] is expected
    assert len(ada.frames) == (502 if expected else 3)


async def test_a_resume_frame_covers_what_this_connection_has_not_got(stored_board, ada):
    await in_database(append, stored_board.pk, *"abc")
    await ada.open()
    await in_database(append, stored_board.pk, "d")
    await ada.until_sent("connection.established", 4)
    await ada.connection.resume(await at(stored_board, 1))
    await ada.until_sent("connection.established", 4, 2, 3, "resumed")
    assert ada.payload("resumed") == {"epoch": stored_board.epoch, "seq": 4, "recovered": True}


async def test_a_second_resume_frame_brings_nothing_twice(stored_board, ada):
    await in_database(append, stored_board.pk, *"abcd")
    await ada.open()
    for since, expected in ((2, [3, 4]), (2, []), (3, []), (0, [1, 2])):
        before = len(ada.frames)
        await ada.connection.resume(await at(stored_board, since))
        await ada.connection.flushed()
        assert ada.sent[before:] == [*expected, "resumed"]


async def test_a_snapshot_stands_behind_all_that_it_contains(stored_board, ada):
    await ada.open()
    await in_database(append, stored_board.pk, "a")
    await in_database(Card(board=stored_board.pk, text="Halo").save)
    await ada.connection.snapshot()
    await in_database(append, stored_board.pk, "b")
    await ada.until_sent("connection.established", 1, "board.snapshot", 2)
    assert ada.payload("board.snapshot") == {"epoch": stored_board.epoch, "seq": 1, "items": ["Halo"]}


async def test_an_answer_stands_behind_what_was_sent_before(stored_board, ada):
    await ada.open()
    await in_database(append, stored_board.pk, "a")
    await ada.until_sent("connection.established", 1)
    ada.connection.put('{"type":"pong"}')
    await ada.until_sent("connection.established", 1, "pong")


async def test_where_a_reader_may_be_cut_off_the_frame_tells(stored_board, ada):
    await in_database(append, stored_board.pk, *"abc")
    await ada.open(await at(stored_board, 1))
    epoch = stored_board.epoch
    assert [frame.resume_from for frame in ada.frames] == [(epoch, 1), (epoch, 2), (epoch, 3), None]


# --- The law -----------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(
    before=st.integers(0, 6),
    since=st.integers(0, 6),
    while_it_opens=st.integers(0, 3),
    later=st.lists(st.integers(0, 2), max_size=3),
)
async def test_a_resumed_reader_gets_every_event_once_and_in_order(hub, before, since, while_it_opens, later):
    since = min(before, since)
    board = await in_database(open_board, f"board {await in_database(Stream.objects.count)}")
    await in_database(append, board.pk, *range(before))
    ada = Reader(hub)
    opening = asyncio.create_task(
        ada.connection.open(kind=KIND, name=board.name, position=Position(board.epoch, since))
    )
    if while_it_opens:
        await in_database(append, board.pk, *range(while_it_opens))
    await opening
    for count in later:
        await in_database(append, board.pk, *range(count))
    top = before + while_it_opens + sum(later)
    await ada.until(lambda: "resumed" in ada.sent and (top == since or top in ada.sent))
    assert [sent for sent in ada.sent if isinstance(sent, int)] == list(range(since + 1, top + 1))
    assert ada.payload("resumed")["recovered"] is True
    ada.connection.leave()
