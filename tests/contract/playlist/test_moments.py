"""The moment of the stream that an answer shows."""

from collections.abc import Callable

import httpx
import pytest

from tests.contract.conftest import Connect, NewClient
from tests.contract.queues import Queue
from tests.contract.refusals import refused

# --- The queue's headers: which moment of the stream an answer shows, and whether it has changed -----

SAME = ["{etag}", "W/{etag}", '"another", {etag}', "*"]


def test_what_has_not_changed_is_a_304(queue: Queue, voted_queue: Queue):
    before = queue.state()
    queue.fill(2)
    first, after = queue.get(), queue.state()
    assert (after.epoch, after.seq) == (before.epoch, before.seq + 2)
    assert first.headers["ETag"] == f'"{after.epoch}-{after.seq}"'
    assert first.headers["X-Total-Count"] == "2"

    for form in SAME:
        mark = form.format(etag=first.headers["ETag"])
        answer = queue.http.get(queue.path, headers={"If-None-Match": mark})
        assert (answer.status_code, answer.content) == (304, b"")
        for name in ("ETag", "X-Stream-Epoch", "X-Stream-Seq"):
            assert answer.headers[name] == first.headers[name]
    of_another_room = {"If-None-Match": voted_queue.get().headers["ETag"]}
    assert queue.http.get(queue.path, headers=of_another_room).json() == queue.items()


def test_after_every_change_it_is_given_again(queue: Queue):
    a, b = queue.fill(2)
    writes = [
        lambda: queue.vote(a, 1),
        lambda: queue.place(b, before=a),
        lambda: queue.play(a),
        queue.stop,
        lambda: queue.remove(a),
    ]

    for write in writes:
        seen = queue.get().headers["ETag"]
        write()
        answer = queue.http.get(queue.path, headers={"If-None-Match": seen})
        assert answer.status_code == 200
        assert answer.headers["ETag"] != seen
        assert answer.json() == queue.items()


# --- Answers to writes name the moment of the stream that contains the write, told or not ------------

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
    queue.stop()
    assert moment_of(queue.post("stop/")) == queue.state().position


@pytest.mark.both_sizes
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


def test_what_makes_no_sense_is_refused_also_where_nothing_is_new(queue: Queue):
    for query, field in (
        *(("offset=-1", "offset"), ("limit=0", "limit"), ("page=x", "page")),
        ("page_size=2&offset=true", "offset"),
    ):
        answer = queue.http.get(f"{queue.path}?{query}", headers={"If-None-Match": "*"})
        assert field in refused(answer, 400, "VALIDATION_ERROR")
