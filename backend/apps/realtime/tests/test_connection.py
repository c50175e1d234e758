"""One reader of one stream: greeted, brought up to date, then live; in order, each event once."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.realtime import connection as module
from apps.realtime.connection import CloseCode, Connection
from apps.realtime.frames import Frame, Position
from apps.realtime.hub import Hub
from apps.realtime.models import Event, Stream
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import KIND, Card, append, fill, open_board
from apps.realtime.tests.listening import PATIENCE_SECONDS, in_database


class Reader:
    """A connection with what it was sent, and how it was closed."""

    def __init__(self, hub: Hub) -> None:
        self.frames: list[Frame] = []
        self.codes: list[int] = []
        self.connection = Connection(hub, send=self._send, close=self._close)
        self._told = asyncio.Condition()

    async def _send(self, frame: Frame) -> None:
        self.frames.append(frame)
        async with self._told:
            self._told.notify_all()

    def _close(self, code: int) -> None:
        self.codes.append(code)

    @property
    def sent(self) -> list[str | int]:
        """Numbers of events, and types of everything else."""
        return [frame.seq if frame.is_event else self._type(frame) for frame in self.frames]

    @staticmethod
    def _type(frame: Frame) -> str:
        return str(json.loads(frame.text)["type"])

    def payload(self, frame_type: str) -> Any:
        """Of the last frame of this type."""
        found = [frame for frame in self.frames if not frame.is_event and self._type(frame) == frame_type]
        return json.loads(found[-1].text)["payload"]

    async def until(self, is_reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._told:
            await self._told.wait_for(is_reached)

    async def until_sent(self, *expected: str | int) -> None:
        await self.until(lambda: len(self.sent) >= len(expected))
        assert self.sent == list(expected)

    async def open(self, position: Position | None = None, name: str = "main") -> bool:
        is_open = await self.connection.open(kind=KIND, name=name, position=position)
        await self.connection.flushed()
        return is_open


@pytest.fixture
async def ada(hub: Hub) -> Reader:
    return Reader(hub)


async def at(board: Stream, since: int) -> Position:
    stream = await in_database(Stream.objects.get, ("pk", board.pk))
    return Position(stream.epoch, since)


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
async def test_what_the_log_can_t_give_is_made_up_by_a_snapshot(stored_board, ada, epoch: str | None, since: int):
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


# --- While it is being brought up to date ------------------------------------------------------------


class Held:
    """A read that waits for the test before it gives its result."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_read, self.go_on = asyncio.Event(), asyncio.Event()
        in_reader = module.in_reader

        async def held(function, *args):
            result = await in_reader(function, *args)
            self.has_read.set()
            await self.go_on.wait()
            return result

        monkeypatch.setattr(module, "in_reader", held)


async def test_events_that_come_while_the_log_is_read_follow_in_order(stored_board, ada, monkeypatch):
    await in_database(append, stored_board.pk, *"abc")
    held = Held(monkeypatch)
    opening = asyncio.create_task(ada.open(await at(stored_board, 1)))
    await held.has_read.wait()
    await in_database(append, stored_board.pk, "d", "e")
    feed = ada.connection._joined_feed
    await feed.reach(5)
    assert ada.sent == ["connection.established"]
    held.go_on.set()
    await opening
    await ada.until_sent("connection.established", 2, 3, "resumed", 4, 5)


async def test_events_that_come_while_the_state_is_read_come_once(stored_board, ada, monkeypatch):
    await ada.open()
    held = Held(monkeypatch)
    await in_database(append, stored_board.pk, "a")
    asking = asyncio.create_task(ada.connection.snapshot())
    await held.has_read.wait()
    await in_database(append, stored_board.pk, "b")
    await ada.connection._joined_feed.reach(2)
    held.go_on.set()
    await asking
    await ada.until_sent("connection.established", 1, "board.snapshot", 2)


async def test_a_new_epoch_while_it_resumes_is_taken_whole(stored_board, ada, monkeypatch):
    await in_database(append, stored_board.pk, *"abc")
    held = Held(monkeypatch)
    opening = asyncio.create_task(ada.open(await at(stored_board, 1)))
    await held.has_read.wait()
    await in_database(begin_new_epochs)
    old_epoch = ada.connection._joined_feed.epoch
    async with asyncio.timeout(PATIENCE_SECONDS):
        while ada.connection._joined_feed.epoch == old_epoch:
            await asyncio.sleep(0.001)
    held.go_on.set()
    await opening
    await in_database(append, stored_board.pk, "d")
    await ada.until(lambda: ada.sent[-1] == 4)
    assert ada.payload("resumed")["recovered"] is False
    assert [sent for sent in ada.sent if isinstance(sent, int)] == [4]


async def test_a_log_that_can_t_be_read_is_told_and_what_was_held_comes_after_all(stored_board, ada, monkeypatch):
    await ada.open()

    async def fail(read, *args):
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(module, "in_reader", fail)
        with pytest.raises(OperationalError):
            await ada.connection.resume(await at(stored_board, 0))
    await in_database(append, stored_board.pk, "a")
    await ada.until_sent("connection.established", 1)


async def test_a_new_epoch_of_a_live_connection_is_a_snapshot(stored_board, ada):
    await in_database(append, stored_board.pk, "a")
    await ada.open()
    await in_database(begin_new_epochs)
    await ada.until(lambda: ada.sent[-1] == "board.snapshot")
    await in_database(append, stored_board.pk, "b")
    await ada.until_sent("connection.established", "board.snapshot", 2)


# --- Endings -----------------------------------------------------------------------------------------


async def test_a_stream_that_ends_closes(stored_board, ada):
    await ada.open()
    await in_database(close_stream, stored_board.pk)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not ada.codes:
            await asyncio.sleep(0.001)
    assert ada.codes == [CloseCode.NO_SUCH_STREAM] == [4404]


async def test_who_takes_too_long_to_be_brought_up_to_date_is_closed(stored_board, ada, monkeypatch):
    monkeypatch.setattr(module, "MAX_QUEUED_FRAMES", 3)
    await ada.open()
    ada.connection._hold()
    ada.connection.deliver([Frame(seq, "{}") for seq in range(1, 4)])
    assert ada.codes == []
    ada.connection.deliver([Frame(4, "{}")])
    assert ada.codes == [CloseCode.TOO_SLOW] == [4008]


async def test_who_reads_too_slowly_is_closed(stored_board, ada, monkeypatch):
    monkeypatch.setattr(module, "MAX_QUEUED_FRAMES", 3)
    await ada.open()
    ada.connection.deliver([Frame(seq, "{}") for seq in range(1, 5)])
    assert ada.codes == [4008]


async def test_a_server_that_stops_says_so(stored_board, ada):
    await ada.open()
    ada.connection.close_for_restart()
    assert ada.codes == [CloseCode.RESTART] == [4012]


async def test_a_heartbeat_that_events_have_overtaken_is_dropped(stored_board, ada):
    await ada.open()
    await in_database(append, stored_board.pk, "a")
    await ada.until_sent("connection.established", 1)
    ada.connection.deliver([Frame(0, '{"type":"heartbeat"}', is_event=False)])
    ada.connection.deliver([Frame(1, '{"type":"heartbeat"}', is_event=False)])
    await ada.until_sent("connection.established", 1, "heartbeat")


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
