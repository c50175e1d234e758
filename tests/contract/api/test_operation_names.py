"""`Idempotency-Key`: the client's name for a write, told in its events."""

from collections.abc import Callable

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

KEY = "ada-7f3c"
# A caller uses a key for one write only.
ANOTHER_KEY = "ada-9b20"


@pytest.fixture
def named(queue: Queue, new_client: NewClient) -> Callable[[str], Queue]:
    """The queue as somebody has it who names every write so."""
    return lambda key: queue.as_seen_by(new_client(headers={"Idempotency-Key": key}))


def op_ids(witness: Witness) -> set[str | None]:
    return {event["op_id"] for event in witness.events}


def test_without_a_name_events_have_none(queue: Queue):
    with Witness(queue) as witness:
        queue.fill(1)

    assert op_ids(witness) == {None}


def test_every_write_can_have_a_name(queue: Queue, named: Callable[[str], Queue]):
    a, b = queue.fill(2)
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

    assert [event["op_id"] for event in witness.events] == [f"step {number}" for number in range(len(steps))]


def test_all_events_of_one_write_have_it(queue: Queue, named: Callable[[str], Queue]):
    (a,) = queue.fill(1)
    queue.play(a)

    with Witness(queue) as witness:
        named(KEY).remove(a)

    assert witness.types == ["track.playing", "track.removed"]
    assert op_ids(witness) == {KEY}


def test_it_is_told_to_those_who_resume_and_poll_too(queue: Queue, named: Callable[[str], Queue]):
    before = queue.state()

    named(ANOTHER_KEY).add(queue.tracks[0])

    poll = queue.get("events/", epoch=before.epoch, since=before.seq).json()
    assert [event["op_id"] for event in poll["events"]] == [ANOTHER_KEY]


@pytest.mark.parametrize("key", ["x", "x" * 64, "a b", "~!@#$%^&*()", "7d444840-9dc0-11d1-b245-5ffdce74fad2"])
def test_any_printable_ascii_is_a_name(queue: Queue, named: Callable[[str], Queue], key: str):
    with Witness(queue) as witness:
        named(key).add(queue.tracks[0])

    assert op_ids(witness) == {key}


@pytest.mark.parametrize("key", [b"", b"x" * 65, b"caf\xc3\xa9", b"\xe9", b"a\tb", b"\x7f"])
def test_anything_else_is_a_400_and_nothing_happens(queue: Queue, key: bytes):
    (a,) = queue.fill(1)
    headers = [(b"Idempotency-Key", key)]

    with Witness(queue) as witness:
        for path in (f"{a}/play/", "stop/"):
            refused(queue.post(path, headers=headers), 400, "VALIDATION_ERROR")
        added = queue.post(json={"track_id": queue.tracks[1]}, headers=headers)
        refused(added, 400, "VALIDATION_ERROR")

    assert witness.types == []


def test_reading_has_no_use_for_it(queue: Queue, client: httpx.Client):
    assert client.get(queue.path, headers={"Idempotency-Key": "x" * 65}).status_code == 200
