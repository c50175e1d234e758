"""Adding a track to the end of a queue."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness

A_MOMENT = timedelta(minutes=1)
NO_SUCH_TRACK = 2**53


def test_the_first_item_stands_at_one_and_the_next_ones_behind(queue: Queue):
    with Witness(queue) as witness:
        first, second, third = (queue.add(track_id) for track_id in queue.tracks[:3])

    assert [item["position"] for item in (first, second, third)] == [1.0, 2.0, 3.0]
    assert queue.items() == [first, second, third]
    assert witness.types == ["track.added"] * 3
    assert witness.payloads == [first, second, third]


def test_a_new_item_is_whole(queue: Queue, client: httpx.Client):
    track = client.get(f"/api/tracks/{queue.tracks[0]}/").json()

    answer = queue.post(json={"track_id": track["id"], "added_by": "Ada"})

    item = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Content-Type"].startswith("application/json")
    assert item["track"] == track
    expected = {"track_id": track["id"], "votes": 0, "added_by": "Ada", "is_playing": False}
    assert {name: item[name] for name in expected} == expected
    assert item["played_at"] is None
    assert abs(datetime.fromisoformat(item["added_at"]) - datetime.now(UTC)) < A_MOMENT


def test_one_item_can_be_read(queue: Queue):
    item = queue.add(queue.tracks[0])

    assert queue.item(item["id"]) == item


def test_an_item_that_is_not_there_is_a_404(queue: Queue):
    item_id = queue.add(queue.tracks[0])["id"]
    queue.remove(item_id)

    refused(queue.http.get(f"{queue.path}{item_id}/"), 404, "NOT_FOUND")
    refused(queue.delete(item_id), 404, "NOT_FOUND")
    refused(queue.patch(item_id, {"position": 1}), 404, "NOT_FOUND")


def test_track_is_accepted_for_track_id(queue: Queue):
    with Witness(queue) as witness:
        answer = queue.post(json={"track": queue.tracks[4]})

    assert answer.status_code == 201
    assert answer.json()["track_id"] == queue.tracks[4]
    assert witness.types == ["track.added"]


def test_an_unknown_track_is_a_404_and_nothing_is_added(queue: Queue):
    with Witness(queue) as witness:
        refused(queue.post(json={"track_id": NO_SUCH_TRACK}), 404, "NOT_FOUND")

    assert witness.types == []


@pytest.mark.parametrize("body", [{}, {"track_id": "five"}, {"track_id": True}, {"track_id": [1]}])
def test_what_names_no_track_is_a_400(queue: Queue, body: dict[str, object]):
    with Witness(queue) as witness:
        refused(queue.post(json=body), 400, "VALIDATION_ERROR", "track_id")

    assert witness.types == []


def test_an_unknown_room_is_a_404(client: httpx.Client):
    refused(client.get("/api/rooms/nobody-is-here/playlist/"), 404, "NOT_FOUND")
    refused(client.post("/api/rooms/nobody-is-here/playlist/", json={"track_id": 1}), 404, "NOT_FOUND")
