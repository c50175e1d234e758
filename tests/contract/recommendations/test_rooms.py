"""What those who are in a room would like together, over HTTP and with sockets open."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient, new_room
from tests.contract.error_checks import rejected
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.recommendations.conftest import NewListener
from tests.contract.recommendations.listeners import (
    Listener,
    check_recommendations,
    track_ids,
)
from tests.contract.sockets import Socket
from tests.processes import TuttiServer
from tests.services import wait_for

# How often two things are tried at once.
TIMES = 15


def page_of(room: str) -> str:
    return f"/api/rooms/{room}/recommendations/"


def read(http: httpx.Client, room: str, **query: int) -> dict[str, Any]:
    response = http.get(page_of(room), params=query)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    check_recommendations(body)
    assert body["room"] == room
    return body


def test_queued_tracks_are_left_out_and_recommend_similar_ones(queue: Queue, library: Library):
    queued, other = (library.add(title, artist=library.word) for title in ("One", "Other"))
    queue.add(queued["id"])

    reported = read(queue.http, queue.room, limit=100)

    assert queued["id"] not in track_ids(reported)
    (like,) = [one for one in reported["recommendations"] if one["track"]["id"] == other["id"]]
    assert like["reasons"][0] == {
        "kind": "similar_to_queued",
        "text": "Goes with One in this queue",
        "track_id": queued["id"],
    }


@pytest.mark.both_sizes  # presence is in the database, lists are in the cache
def test_recommendations_for_a_room_use_present_people_and_no_disliked_artist(
    server: TuttiServer, client: httpx.Client, room: str, new_listener: NewListener, library: Library
):
    fans, others, skipped = (
        library.add(title, artist=f"{title} {library.word}") for title in ("Theirs", "Unloved", "Skipped")
    )
    dee = new_listener("dee", favorite_artists=[f"Theirs {library.word}"])
    eli = new_listener("eli")
    unwelcome = {others["id"], skipped["id"]}
    assert unwelcome <= set(track_ids(read(client, room, limit=100)))
    eli.tell("dislike", track_id=others["id"])
    eli.tell("skip", track_id=skipped["id"])

    with enter(server, room, dee), enter(server, room, eli):
        wait_for(lambda: "fits_people" in reasons_of(read(client, room), fans["id"]))
        wait_for(lambda: unwelcome.isdisjoint(track_ids(read(client, room, limit=100))))

        reported = read(client, room)

    assert reported["recommendations"][0]["track"]["id"] == fans["id"]
    assert reported["recommendations"][0]["reasons"][0]["text"] == "Fits 1 of 2 people here"


def test_votes_and_additions_of_guests_are_evidence(
    queue: Queue, bo: httpx.Client, cem: httpx.Client, library: Library
):
    added, voted = f"{library.word} added", f"{library.word} voted"
    like = {artist: library.add("Other", artist=artist)["id"] for artist in (added, voted)}
    queue.as_seen_by(bo).add(library.add("One", artist=added)["id"])
    item = queue.add(library.add("One", artist=voted)["id"])
    queue.as_seen_by(cem).vote(item["id"], 1)

    reported = read(queue.http, queue.room)

    for track_id in like.values():
        (one,) = [one for one in reported["recommendations"] if one["track"]["id"] == track_id]
        assert "Fits 1 of 2 people here" in [reason["text"] for reason in one["reasons"]]


def test_an_empty_room_gets_popular_tracks_that_can_be_queued(
    queue: Queue, new_client: NewClient, dee: Listener
):
    first = read(queue.http, queue.room)
    assert (first["source"], first["count"]) == ("computed", 20)
    assert read(queue.http, queue.room, limit=3)["recommendations"] == first["recommendations"][:3]
    one = first["recommendations"][0]
    assert dee.tell("like", recommendation_id=one["id"])["track_id"] == one["track"]["id"]
    shown = track_ids(read(queue.http, queue.room, limit=100))
    for track_id in shown[:3]:
        queue.add(track_id)

    then = read(new_client(), queue.room, limit=100)

    assert (then["source"], track_ids(then)) == ("cache", shown[3:])
    for limit in ("0", "101", "x"):
        response = queue.http.get(page_of(queue.room), params={"limit": limit})
        rejected(response, 400, "VALIDATION_ERROR", "limit")
    for slug in ("no-such-room", "UPPER"):
        rejected(queue.http.get(page_of(slug)), 404, "NOT_FOUND")


def reasons_of(reported: dict[str, Any], track_id: int) -> list[str]:
    return [
        reason["kind"]
        for one in reported["recommendations"]
        if one["track"]["id"] == track_id
        for reason in one["reasons"]
    ]


def enter(server: TuttiServer, room: str, listener: Listener) -> Socket:
    cookie = "; ".join(f"{name}={value}" for name, value in listener.http.cookies.items())
    return Socket.of_room(server.ws_url, room, headers={"Cookie": cookie})


@pytest.mark.both_sizes
def test_a_room_deleted_during_the_computation_is_a_404(ada: httpx.Client, new_client: NewClient):
    """In which order they come is left to chance; often enough it is the one that matters."""
    reader = new_client()
    with ThreadPoolExecutor(2) as both:
        for _ in range(TIMES):
            room = new_room(ada)
            read_it, ended = (
                both.submit(reader.get, page_of(room)),
                both.submit(ada.delete, f"/api/rooms/{room}/"),
            )
            assert ended.result().status_code == 204
            assert read_it.result().status_code in {200, 404}
            rejected(reader.get(page_of(room)), 404, "NOT_FOUND")
