"""`Idempotency-Key`: the client's name for a write, told in its events."""

from collections.abc import Callable

import pytest

from tests.contract.conftest import NewClient
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

KEY = "ada-7f3c"


@pytest.fixture
def named(queue: Queue, new_client: NewClient) -> Callable[[str], Queue]:
    """The queue as somebody has it who names every write so."""
    return lambda key: queue.as_seen_by(new_client(headers={"Idempotency-Key": key}))


def op_ids(witness: Witness) -> set[str | None]:
    return {event["op_id"] for event in witness.events}


@pytest.mark.both_sizes
def test_every_write_can_have_a_name_and_events_of_one_without_have_none(
    queue: Queue, named: Callable[[str], Queue]
):
    a, b = queue.fill(2)
    before = queue.state()
    steps: list[Callable[[Queue], object]] = [
        lambda caller: caller.add(queue.tracks[10]),
        lambda caller: caller.place(b, before=a),
        lambda caller: caller.vote(a, 1),
        lambda caller: caller.play(a),
        lambda caller: caller.stop(),
        lambda caller: caller.remove(a),
        lambda caller: caller.restore(a),
    ]

    with Witness(queue) as witness:
        for number, step in enumerate(steps):
            step(named(f"step {number}"))
        queue.vote(b, 1)

    told = [*(f"step {number}" for number in range(len(steps))), None]
    assert [event["op_id"] for event in witness.events] == told
    poll = queue.get("events/", epoch=before.epoch, since=before.seq).json()
    assert [event["op_id"] for event in poll["events"]] == told


def test_all_events_of_one_write_have_it(queue: Queue, named: Callable[[str], Queue]):
    (a,) = queue.fill(1)
    queue.play(a)

    with Witness(queue) as witness:
        named(KEY).remove(a)

    assert witness.types == ["track.playing", "track.removed"]
    assert op_ids(witness) == {KEY}


def test_any_printable_ascii_up_to_64_is_a_name(queue: Queue, named: Callable[[str], Queue]):
    printable = "".join(map(chr, range(0x21, 0x7F)))
    keys = ["x", "a b", printable[:64], printable[64:], "7d444840-9dc0-11d1-b245-5ffdce74fad2"]

    with Witness(queue) as witness:
        for key, track_id in zip(keys, queue.tracks, strict=False):
            named(key).add(track_id)

    assert [event["op_id"] for event in witness.events] == keys


def test_anything_else_is_a_400_and_nothing_happens_and_reading_has_no_use_for_it(queue: Queue):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        for key in (b"", b"x" * 65, b"caf\xc3\xa9", b"\xe9", b"a\tb", b"\x7f"):
            headers = [(b"Idempotency-Key", key)]
            added = queue.post(json={"track_id": queue.tracks[1]}, headers=headers)
            for answer in (added, *(queue.post(path, headers=headers) for path in (f"{a}/play/", "stop/"))):
                refused(answer, 400, "VALIDATION_ERROR")
            assert queue.http.get(queue.path, headers=headers).status_code == 200

    assert witness.types == []
