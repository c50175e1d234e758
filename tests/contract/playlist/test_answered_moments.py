"""Answers to writes name the moment of the stream that contains the write, told or not."""

from collections.abc import Callable

import httpx
import pytest

from tests.contract.conftest import Connect, NewClient
from tests.contract.queues import Queue

Moment = tuple[str, int]


def moment_of(answer: httpx.Response) -> Moment:
    assert answer.is_success, answer.text
    return answer.headers["X-Stream-Epoch"], int(answer.headers["X-Stream-Seq"])


def test_it_is_that_of_the_writes_last_event(queue: Queue, connect: Connect):
    a, b = queue.fill(2)
    bos_socket = connect()
    writes: list[Callable[[], httpx.Response]] = [
        lambda: queue.post(json={"track_id": queue.tracks[10]}),
        lambda: queue.patch(b, {"before": a}),
        lambda: queue.post(f"{a}/vote/", json={"value": 1}),
        lambda: queue.post(f"{a}/play/"),
        lambda: queue.post("stop/"),
        lambda: queue.patch(a, {"after": b, "is_playing": True}),
        lambda: queue.delete(a),
        lambda: queue.post(f"{a}/restore/"),
    ]

    for write in writes:
        epoch, seq = moment_of(write())
        events = bos_socket.events_up_to(seq)
        assert (events[-1]["epoch"], events[-1]["seq"]) == (epoch, seq)
        assert queue.state().position == (epoch, seq)


def test_a_write_of_several_events_names_the_last(queue: Queue, connect: Connect):
    (a,) = queue.fill(1)
    queue.play(a)
    bos_socket = connect()

    _, seq = moment_of(queue.delete(a))

    told = [(event["type"], event["seq"]) for event in bos_socket.events_up_to(seq)]
    assert told == [("track.playing", seq - 1), ("track.removed", seq)]


def test_a_write_that_changes_nothing_names_the_present(queue: Queue):
    a, b = queue.fill(2)
    queue.vote(a, 1)
    queue.play(a)
    present = queue.state().position
    writes = [
        lambda: queue.patch(b, {"after": a}),
        lambda: queue.post(f"{a}/vote/", json={"value": 1}),
        lambda: queue.post(f"{a}/play/"),
        lambda: queue.post(f"{a}/restore/"),
        lambda: queue.patch(a, {"is_playing": True}),
    ]

    assert [moment_of(write()) for write in writes] == [present] * len(writes)


def test_stopping_in_silence_names_the_present(queue: Queue):
    queue.fill(1)

    assert moment_of(queue.post("stop/")) == queue.state().position


@pytest.mark.parametrize("path", ["stop/", "{item_id}/play/"])
def test_a_repeat_names_the_moment_of_the_first_time(queue: Queue, new_client: NewClient, path: str):
    (a,) = queue.fill(1)
    queue.play(a)
    named = queue.as_seen_by(new_client(headers={"Idempotency-Key": f"bo {path}"}))
    first = moment_of(named.post(path.format(item_id=a)))
    queue.vote(a, 1)

    again = named.post(path.format(item_id=a))

    assert again.headers["Idempotency-Replayed"] == "true"
    assert moment_of(again) == first


def test_a_repeated_removal_names_it_too(queue: Queue, new_client: NewClient):
    a, _ = queue.fill(2)
    named = queue.as_seen_by(new_client(headers={"Idempotency-Key": "cem removes"}))
    first = moment_of(named.delete(a))
    queue.restore(a)

    again = named.delete(a)

    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (204, "true")
    assert moment_of(again) == first


def test_the_main_room_names_its_own(client: httpx.Client):
    epoch, seq = moment_of(client.post("/api/playlist/stop/"))

    listed = client.get("/api/playlist/")
    assert (listed.headers["X-Stream-Epoch"], int(listed.headers["X-Stream-Seq"])) == (epoch, seq)


def test_a_refused_write_names_none(queue: Queue):
    queue.fill(1)

    answer = queue.post(json={"track_id": queue.tracks[0]})

    assert answer.status_code == 409
    assert "X-Stream-Seq" not in answer.headers
