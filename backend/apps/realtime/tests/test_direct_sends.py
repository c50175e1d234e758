"""Every listener is sent each batch once, and one that is removed is told what came."""

import random
from collections.abc import Callable

import pytest

from apps.realtime.direct_sends import NO_PLACE, DirectSends
from apps.realtime.frames import Batch, Frame

SEEDS = range(20)


class Member:
    """A listener that takes only so many bytes of a batch."""

    def __init__(self) -> None:
        self.among: DirectSends[Member] | None = None
        self.place = NO_PLACE
        self.got: list[bytes] = []
        self.rests: list[tuple[int, int]] = []
        self.takes: int | None = None

    def send(self, data: bytes) -> int:
        if self.takes == 0:
            raise BlockingIOError
        self.got.append(data[: self.takes])
        return len(self.got[-1])

    def take_rest(self, batch: Batch, sent: int) -> None:
        assert self.among is not None
        self.among.remove(self)
        self.rests.append((batch.seq, sent))


def batch(seq: int) -> Batch:
    return Batch([Frame(seq, f"event {seq}")])


def fail(_: Member, error: Exception) -> None:
    raise error


def with_members(
    count: int, on_failure: Callable[[Member, Exception], None] = fail
) -> tuple[DirectSends[Member], list[Member]]:
    sends = DirectSends[Member](on_failure)
    members = [Member() for _ in range(count)]
    for member in members:
        sends.add(member, member.send)
    return sends, members


def test_who_fails_to_take_the_rest_keeps_it_from_no_other():
    failed: list[Member] = []
    sends, members = with_members(3, lambda member, error: failed.append(member))
    for member in members:
        member.among, member.takes = sends, 2
    members[0].among = None
    sends.begin(batch(1))
    assert sends.send_some(9)
    assert failed == members[:1]
    assert [member.rests for member in members[1:]] == [[(1, 2)]] * 2


def test_who_is_removed_between_slices_knows_whether_the_batch_came():
    sends, members = with_members(4)
    sends.begin(batch(1))
    sends.send_some(9)
    sends.begin(batch(2))
    sends.send_some(2)
    assert sends.remove(members[0]) == (2, False)
    assert sends.remove(members[3]) == (1, True)
    assert sends.send_some(9)
    assert [len(member.got) for member in members] == [2, 2, 2, 1]
    assert sends.remove(members[1]) == (2, False)
    assert len(sends) == 1


@pytest.mark.parametrize("takes", [0, 3])
def test_who_does_not_take_all_is_told_how_much_left(takes: int):
    sends, members = with_members(3)
    members[1].takes, members[1].among = takes, sends
    sends.begin(batch(7))
    assert sends.send_some(9)
    assert members[1].rests == [(7, takes)]
    assert members[1].place == NO_PLACE
    assert sends.listeners() == [members[0], members[2]]


def test_what_is_broken_off_goes_to_nobody_else():
    sends, members = with_members(3)
    sends.begin(batch(1))
    sends.send_some(1)
    sends.break_off()
    assert sends.send_some(9)
    assert [len(member.got) for member in members] == [1, 0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_places_are_used_again_and_nobody_loses_one(seed: int):
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
        while not sends.send_some(4):
            pass
        assert set(sends.listeners()) == set(inside)
        assert len(sends) == len(inside)
        assert all(member.got[-1] == batch(seq).wire for member in inside)
        assert len({member.place for member in inside}) == len(inside)
        assert max((member.place for member in inside), default=0) < 90
