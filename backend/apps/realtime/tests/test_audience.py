"""All listeners are told the same, a slice of them in each turn of the loop."""

import asyncio

import pytest

from apps.realtime import audience as module
from apps.realtime.audience import Audience
from apps.realtime.tests.listening import Ear, until


@pytest.fixture(autouse=True)
def small_slices(monkeypatch) -> None:
    monkeypatch.setattr(module, "SLICE", 3)


class Room:
    """An audience, and who was told so far."""

    def __init__(self, count: int) -> None:
        self.audience = Audience()
        self.ears = [Ear() for _ in range(count)]
        self.told: list[Ear] = []
        self.is_done = False
        for ear in self.ears:
            self.audience.add(ear)

    def tell(self) -> None:
        self.audience.tell(self.told.append, self._done)  # type: ignore[arg-type]

    def _done(self) -> None:
        self.is_done = True


@pytest.mark.parametrize(("count", "expected"), [(0, []), (3, []), (10, [3, 6, 9])])
async def test_many_are_told_in_slices_between_which_others_get_their_turn(count: int, expected: list[int]):
    room, turns = Room(count), []
    room.tell()
    while not room.is_done:
        turns.append(len(room.told))
        await asyncio.sleep(0)
    assert turns == expected
    assert sorted(map(id, room.told)) == sorted(map(id, room.ears))


async def test_who_joins_meanwhile_is_told_and_who_leaves_or_joins_later_is_not():
    room = Room(9)
    room.tell()
    (gone, *_) = [ear for ear in room.ears if ear not in room.told]
    room.audience.discard(gone)
    late = Ear()
    room.audience.add(late)
    await until(lambda: room.is_done)
    room.audience.add(Ear())
    await asyncio.sleep(0)
    assert set(room.told) == {*room.ears, late} - {gone}
    assert len(room.told) == 9


async def test_an_end_breaks_off_what_is_being_told():
    room = Room(10)
    room.tell()
    room.audience.tell_end()
    await until(lambda: all(ear.has_ended for ear in room.ears))
    assert len(room.told) == 3
    assert not room.is_done


async def test_an_end_is_told_in_slices_and_to_all_whatever_else_ends():
    room, turns = Room(10), []
    room.audience.tell_end()
    room.audience.stop()
    while not all(ear.has_ended for ear in room.ears):
        turns.append(sum(ear.has_ended for ear in room.ears))
        await asyncio.sleep(0)
    assert turns == [3, 6, 9]


async def test_one_that_fails_at_the_end_keeps_it_from_no_other(monkeypatch):
    room = Room(10)
    monkeypatch.setattr(room.ears[0], "stream_ended", None)
    monkeypatch.setattr(room.ears[1], "stream_ended", None)
    monkeypatch.setattr(room.ears[1], "give_up", None)
    room.audience.tell_end()
    await until(lambda: all(ear.has_ended for ear in room.ears[2:]))
    assert room.ears[0].has_given_up


async def test_a_listener_that_fails_keeps_nothing_from_the_others(caplog):
    room = Room(5)
    heard: list[Ear] = []

    def tell(ear: Ear) -> None:
        if ear is room.ears[2]:
            raise ValueError("deaf")
        heard.append(ear)

    room.audience.tell(tell, room._done)  # type: ignore[arg-type]
    await until(lambda: room.is_done)
    assert set(heard) == set(room.ears) - {room.ears[2]}
    assert [ear.has_given_up for ear in room.ears] == [ear is room.ears[2] for ear in room.ears]
    assert len(room.audience) == 4
    assert "A listener failed" in caplog.text
