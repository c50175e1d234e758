"""The public rooms."""

import httpx

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.shapes import check_room


def test_public_rooms_are_listed_and_others_are_not(client: httpx.Client):
    public = client.post("/api/rooms/", json={"name": "Seen"}).json()
    hidden = client.post("/api/rooms/", json={"name": "Hidden", "is_public": False}).json()

    answer = client.get("/api/rooms/")

    rooms = answer.json()
    for room in rooms:
        check_room(room)
    assert public in rooms
    assert hidden["slug"] not in [room["slug"] for room in rooms]
    assert answer.headers["X-Total-Count"] == str(len(rooms))
    assert client.get(f"/api/rooms/{hidden['slug']}/").json() == hidden


def test_main_always_exists(client: httpx.Client):
    main = client.get("/api/rooms/main/").json()

    assert (main["slug"], main["is_public"], main["order"]) == ("main", True, "manual")
    assert "main" in [room["slug"] for room in client.get("/api/rooms/").json()]


def test_items_are_counted(queue: Queue, client: httpx.Client):
    a, _, _ = queue.fill(3)
    queue.remove(a)

    assert client.get(f"/api/rooms/{queue.room}/").json()["items"] == 2
    assert [each["items"] for each in client.get("/api/rooms/").json() if each["slug"] == queue.room] == [2]


def test_a_room_that_is_not_there_is_a_404(client: httpx.Client):
    refused(client.get("/api/rooms/nobody-is-here/"), 404, "NOT_FOUND")
    refused(client.patch("/api/rooms/nobody-is-here/", json={"name": "x"}), 404, "NOT_FOUND")
    refused(client.delete("/api/rooms/nobody-is-here/"), 404, "NOT_FOUND")
