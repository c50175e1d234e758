"""The moment of the stream that a response shows; and the room `main`."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.contract.conftest import Connect, queue_of
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.processes import TuttiServer

# --- The queue's headers: which moment of the stream a response shows, and whether it has changed -----

SAME = ["{etag}", "W/{etag}", '"another", {etag}', "*"]


def test_an_unchanged_queue_is_a_304(queue: Queue, voted_queue: Queue):
    before = queue.state()
    queue.fill(2)
    first, after = queue.get(), queue.state()
    assert (after.epoch, after.seq) == (before.epoch, before.seq + 2)
    assert first.headers["ETag"] == f'"{after.epoch}-{after.seq}"'
    assert first.headers["X-Total-Count"] == "2"

    for form in SAME:
        mark = form.format(etag=first.headers["ETag"])
        response = queue.http.get(queue.path, headers={"If-None-Match": mark})
        assert (response.status_code, response.content) == (304, b"")
        for name in ("ETag", "X-Stream-Epoch", "X-Stream-Seq"):
            assert response.headers[name] == first.headers[name]
    of_another_room = {"If-None-Match": voted_queue.get().headers["ETag"]}
    assert queue.http.get(queue.path, headers=of_another_room).json() == queue.items()


# --- Responses to writes name the position of the stream that contains the write, with or without an event

Moment = tuple[str, int]


def moment_of(response: httpx.Response) -> Moment:
    assert response.is_success, response.text
    return response.headers["X-Stream-Epoch"], int(response.headers["X-Stream-Seq"])


def test_the_etag_of_a_write_is_that_of_its_last_event(queue: Queue, connect: Connect):
    a, b = queue.fill(2)
    bos_socket = connect()
    writes: list[Callable[[], httpx.Response]] = [
        lambda: queue.post(json={"track_id": queue.tracks[10]}),
        lambda: queue.patch(b, {"before": a}),
        lambda: queue.post(f"{a}/vote/", json={"value": 1}),
        lambda: queue.post(f"{a}/play/"),
        lambda: queue.post("stop/"),
        lambda: queue.patch(a, {"after": b, "is_playing": True}),
        lambda: queue.delete(a),  # which is two events
        lambda: queue.post(f"{a}/restore/"),
    ]

    for write in writes:
        epoch, seq = moment_of(write())
        events = bos_socket.events_up_to(seq)
        assert (events[-1]["epoch"], events[-1]["seq"]) == (epoch, seq)
        assert queue.state().position == (epoch, seq)
    rejection = queue.post(json={"track_id": queue.tracks[10]})
    assert (rejection.status_code, "X-Stream-Seq" in rejection.headers) == (409, False)


def test_a_write_without_a_change_has_the_current_etag(queue: Queue):
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
def test_a_repeated_write_has_the_etag_of_the_first(queue: Queue, ada: httpx.Client):
    a, b = queue.fill(2)
    for method, path, meanwhile in (
        *(("POST", f"{a}/play/", queue.stop), ("POST", "stop/", lambda: queue.play(a))),
        ("DELETE", f"{b}/", lambda: queue.restore(b)),
    ):
        headers = {"Idempotency-Key": f"{method} {path}"}
        first, _, again = (
            ada.request(method, queue.path + path, headers=headers),
            meanwhile(),
            ada.request(method, queue.path + path, headers=headers),
        )
        assert again.headers["Idempotency-Replayed"] == "true"
        assert moment_of(again) == moment_of(first)


def test_invalid_values_are_rejected_even_if_nothing_has_changed(queue: Queue):
    for query, field in (
        *(("offset=-1", "offset"), ("limit=0", "limit"), ("page=x", "page")),
        ("page_size=2&offset=true", "offset"),
    ):
        response = queue.http.get(f"{queue.path}?{query}", headers={"If-None-Match": "*"})
        assert field in rejected(response, 400, "VALIDATION_ERROR")


# --- `/api/playlist/` is the queue of the room `main` ------------------------------------------------


@pytest.fixture
def main(client: httpx.Client) -> Iterator[Queue]:
    """Other tests may be at home in this room, so it is left as it was found."""
    plain = queue_of(client, "main")
    queue = Queue(client, "main", plain.tracks, path="/api/playlist/")
    before = set(queue.ids())
    yield queue
    for item_id in set(queue.ids()) - before:
        queue.remove(item_id)


def test_every_sub_path_exists(main: Queue, client: httpx.Client, server: TuttiServer):
    by_name = queue_of(client, "main")

    with Observer(main) as witness, Socket.greeted(server.ws_url, "/ws/playlist/") as socket:
        (a,) = main.fill(1)
        assert main.state() == by_name.state()
        assert by_name.item(a) == main.item(a)
        assert main.get().headers["ETag"] == by_name.get().headers["ETag"]
        main.vote(a, 1)
        main.place(a, position=-50.5)
        main.play(a)
        assert by_name.my_votes() == main.my_votes()
        assert main.my_votes()[str(a)] == 1
        main.stop()
        main.remove(a)
        main.restore(a)
        assert by_name.history() == main.history()
        assert main.get("events/").json()["snapshot"]["items"] == by_name.items()
        assert socket.events_up_to(main.state().seq)[0]["room"] == "main"

    kinds = ["added", "voted", "moved", "playing", "playing", "removed", "added"]
    assert witness.types == [f"track.{kind}" for kind in kinds]
