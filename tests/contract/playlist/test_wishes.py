"""What people in a room wish for, and the library does not have."""

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.people import bearer, registered
from tests.contract.queues import Queue

pytestmark = pytest.mark.both_sizes


def wish(queue: Queue, http: httpx.Client, text: str) -> httpx.Response:
    return queue.as_seen_by(http).post("wishes/", json={"text": text})


def wishes(queue: Queue) -> list[tuple[str, str]]:
    return [(one["wished_by"], one["text"]) for one in queue.get("wishes/").json()]


def test_a_wish_is_shown_to_everyone_until_it_is_removed(queue: Queue, ada: httpx.Client, bo: httpx.Client):
    """The same words are one wish, of the first; the event has neither words nor name."""
    with Observer(queue, expected=["room.wishes"] * 3) as witness:
        first, second = wish(queue, ada, "Halo, live"), wish(queue, bo, "Für Elise")
        again = wish(queue, bo, "  HALO live!")
        assert queue.as_seen_by(bo).delete_wish(first.json()["id"]).status_code == 204
    assert (first.status_code, second.status_code, again.status_code) == (201, 201, 200)
    assert first.json().keys() == {"id", "text", "wished_at"}
    assert again.json() == first.json()
    assert witness.payloads == [{"count": 1}, {"count": 2}, {"count": 1}]
    assert wishes(queue) == [("Bo", "Für Elise")]
    rejected(queue.delete_wish(first.json()["id"]), 404, "NOT_FOUND")


def test_a_wish_is_removed_when_its_track_is_queued(queue: Queue, ada: httpx.Client):
    """Where the track has every word of the wish."""
    track = queue.http.get(f"/api/tracks/{queue.tracks[0]}/").json()
    wish(queue, ada, f"{track['artist']} {track['title']}")
    wish(queue, ada, f"{track['title']} xqzzyv")
    with Observer(queue, expected=["track.added", "room.wishes"]):
        queue.add(track["id"])
    assert [text for _, text in wishes(queue)] == [f"{track['title']} xqzzyv"]


def test_a_person_has_up_to_five_wishes_and_a_room_up_to_fifty(
    queue: Queue, ada: httpx.Client, new_client: NewClient
):
    assert [wish(queue, ada, f"wish {number}").status_code for number in range(5)] == [201] * 5
    assert rejected(wish(queue, ada, "wish 5"), 409, "TOO_MANY_WISHES") == {"max_wishes": 5}
    assert wish(queue, ada, "wish 4").status_code == 200
    others = [new_client() for _ in range(10)]
    for number, other in enumerate(others):
        assert other.post("/api/guests/", json={"name": f"Guest {number}"}).status_code == 201
    reported = [
        wish(queue, other, f"{other is others[-1]} {n} {m}")
        for m, other in enumerate(others)
        for n in range(5)
    ]
    assert [one.status_code for one in reported] == [201] * 45 + [409] * 5
    assert rejected(reported[-1], 409, "TOO_MANY_WISHES") == {"max_wishes": 50}


def test_a_wish_needs_a_text_and_a_known_person(queue: Queue, ada: httpx.Client, client: httpx.Client):
    for text in ("", "  ", "x" * 101, "two\nlines", 5, None):
        assert "text" in rejected(wish(queue, ada, text), 400, "VALIDATION_ERROR")  # type: ignore[arg-type]
    rejected(wish(queue, client, "Halo"), 401, "NOT_AUTHENTICATED")
    assert wish(queue, ada, "x" * 100).status_code == 201
    rejected(ada.get("/api/rooms/nowhere/playlist/wishes/"), 404, "NOT_FOUND")


def test_wishes_of_a_guest_are_transferred_to_the_account_and_deleted_with_it(
    queue: Queue, client: httpx.Client
):
    assert client.post("/api/guests/", json={"name": "Cem"}).status_code == 201
    wish(queue, client, "Halo")
    account = registered(client)
    headers = bearer(account)
    exported = client.get("/api/users/me/export/", headers=headers).json()
    assert [(one["room"], one["text"]) for one in exported["wishes"]] == [(queue.room, "Halo")]
    with Observer(queue, expected=["room.wishes"]):
        assert client.delete("/api/users/me/", headers=headers).status_code == 204
    assert wishes(queue) == []
