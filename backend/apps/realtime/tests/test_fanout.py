"""All listeners are called the same, a slice of them in each turn of the loop, also straight to sockets."""

import asyncio
import random
from collections.abc import Callable

import pytest

from apps.realtime import fanout as module
from apps.realtime.fanout import NO_INDEX, Fanout, FastPath
from apps.realtime.messages import Batch, EncodedMessage
from apps.realtime.tests.recording_listener import RecordingListener, until


@pytest.fixture(autouse=True)
def small_slices(monkeypatch) -> None:
    monkeypatch.setattr(module, "SLICE", 3)


class Room:
    """A fan-out, and the listeners that were called so far."""

    def __init__(self, count: int) -> None:
        self.fanout = Fanout()
        self.ears = [RecordingListener() for _ in range(count)]
        self.called: list[RecordingListener] = []
        self.is_done = False
        for ear in self.ears:
            self.fanout.add(ear)

    def call_all(self) -> None:
        self.fanout.call_all(self.called.append, self._done)  # type: ignore[arg-type]

    def _done(self) -> None:
        self.is_done = True


@pytest.mark.parametrize(("count", "expected"), [(0, []), (3, []), (10, [3, 6, 9])])
async def test_listeners_are_called_in_slices_with_other_tasks_in_between(count: int, expected: list[int]):
    room, turns = Room(count), []
    room.call_all()
    while not room.is_done:
        turns.append(len(room.called))
        await asyncio.sleep(0)
    assert turns == expected
    assert sorted(map(id, room.called)) == sorted(map(id, room.ears))


async def test_only_listeners_present_during_the_delivery_are_called():
    room = Room(9)
    room.call_all()
    (gone, *_) = [ear for ear in room.ears if ear not in room.called]
    room.fanout.discard(gone)
    late = RecordingListener()
    room.fanout.add(late)
    await until(lambda: room.is_done)
    room.fanout.add(RecordingListener())
    await asyncio.sleep(0)
    assert set(room.called) == {*room.ears, late} - {gone}
    assert len(room.called) == 9


async def test_the_end_of_a_stream_aborts_the_current_delivery():
    room = Room(10)
    room.call_all()
    room.fanout.call_end()
    await until(lambda: all(ear.has_ended for ear in room.ears))
    assert len(room.called) == 3
    assert not room.is_done


async def test_an_end_reaches_all_listeners_in_slices_also_after_a_stop():
    room, turns = Room(10), []
    room.fanout.call_end()
    room.fanout.stop()
    while not all(ear.has_ended for ear in room.ears):
        turns.append(sum(ear.has_ended for ear in room.ears))
        await asyncio.sleep(0)
    assert turns == [3, 6, 9]


async def test_a_listener_that_fails_at_the_end_affects_no_other(monkeypatch):
    room = Room(10)
    monkeypatch.setattr(room.ears[0], "stream_ended", None)
    monkeypatch.setattr(room.ears[1], "stream_ended", None)
    monkeypatch.setattr(room.ears[1], "abort", None)
    room.fanout.call_end()
    await until(lambda: all(ear.has_ended for ear in room.ears[2:]))
    assert room.ears[0].has_given_up


async def test_a_failing_listener_affects_no_other(caplog):
    room = Room(5)
    heard: list[RecordingListener] = []

    def fail_for_one(ear: RecordingListener) -> None:
        if ear is room.ears[2]:
            raise ValueError("deaf")
        heard.append(ear)

    room.fanout.call_all(fail_for_one, room._done)  # type: ignore[arg-type]
    await until(lambda: room.is_done)
    assert set(heard) == set(room.ears) - {room.ears[2]}
    assert [ear.has_given_up for ear in room.ears] == [ear is room.ears[2] for ear in room.ears]
    assert len(room.fanout) == 4
    assert "A listener failed" in caplog.text


# --- Sent straight to sockets: each batch once, and who is removed is called what came -----------------


SEEDS = range(20)


class Member:
    """A listener that takes only so many bytes of a batch."""

    def __init__(self) -> None:
        self.among: FastPath[Member] | None = None
        self.fast_path_index = NO_INDEX
        self.got: list[bytes] = []
        self.rests: list[tuple[int, int]] = []
        self.takes: int | None = None

    def send(self, data: bytes) -> int:
        if self.takes == 0:
            raise BlockingIOError
        self.got.append(data[: self.takes])
        return len(self.got[-1])

    def send_rest(self, batch: Batch, sent: int) -> None:
        assert self.among is not None
        self.among.remove(self)
        self.rests.append((batch.seq, sent))


def batch(seq: int) -> Batch:
    return Batch([EncodedMessage(seq, f"event {seq}")])


def fail(_: Member, error: Exception) -> None:
    raise error


def with_members(
    count: int, on_failure: Callable[[Member, Exception], None] = fail
) -> tuple[FastPath[Member], list[Member]]:
    sends = FastPath[Member](on_failure)
    members = [Member() for _ in range(count)]
    for member in members:
        sends.add(member, member.send)
    return sends, members


def test_a_listener_that_fails_with_the_rest_affects_no_other():
    failed: list[Member] = []
    sends, members = with_members(3, lambda member, error: failed.append(member))
    for member in members:
        member.among, member.takes = sends, 2
    members[0].among = None
    sends.begin(batch(1))
    assert sends.send_slice(9)
    assert failed == members[:1]
    assert [member.rests for member in members[1:]] == [[(1, 2)]] * 2


def test_a_listener_removed_between_slices_knows_whether_it_got_the_batch():
    sends, members = with_members(4)
    sends.begin(batch(1))
    sends.send_slice(9)
    sends.begin(batch(2))
    sends.send_slice(2)
    assert sends.remove(members[0]) == (2, False)
    assert sends.remove(members[3]) == (1, True)
    assert sends.send_slice(9)
    assert [len(member.got) for member in members] == [2, 2, 2, 1]
    assert sends.remove(members[1]) == (2, False)
    assert len(sends) == 1


@pytest.mark.parametrize("takes", [0, 3])
def test_a_listener_that_takes_a_part_gets_the_number_of_the_rest(takes: int):
    sends, members = with_members(3)
    members[1].takes, members[1].among = takes, sends
    sends.begin(batch(7))
    assert sends.send_slice(9)
    assert members[1].rests == [(7, takes)]
    assert members[1].fast_path_index == NO_INDEX
    assert sends.listeners() == [members[0], members[2]]


def test_an_aborted_batch_reaches_no_further_listener():
    sends, members = with_members(3)
    sends.begin(batch(1))
    sends.send_slice(1)
    sends.abort()
    assert sends.send_slice(9)
    assert [len(member.got) for member in members] == [1, 0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_slots_of_listeners_are_reused_and_none_is_lost(seed: int):
    chance = random.Random(seed)
    sends, inside = with_members(chance.randint(0, 30))
    for seq in range(1, 60):
        for member in chance.sample(inside, chance.randint(0, len(inside))):
            inside.remove(member)
            sends.remove(member)
        for member in [Member() for _ in range(chance.randint(0, 12))]:
            inside.append(member)
            sends.add(member, member.send)
        sends.begin(batch(seq))
        while not sends.send_slice(4):
            pass
        assert set(sends.listeners()) == set(inside)
        assert len(sends) == len(inside)
        assert all(member.got[-1] == batch(seq).wire for member in inside)
        assert len({member.fast_path_index for member in inside}) == len(inside)
        assert max((member.fast_path_index for member in inside), default=0) < 90
