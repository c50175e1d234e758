"""Rooms are made and listed."""

import re
import secrets
from typing import Any

import httpx
import pytest

from tests.contract.conftest import queue_of
from tests.contract.error_checks import rejected
from tests.contract.payload_checks import check_room
from tests.contract.queues import Queue
from tests.hosts import asked_for_room

# --- Making a room -----------------------------------------------------------------------------------

USABLE_SLUG = re.compile(r"[a-z0-9-]{1,50}")


def test_a_name_is_enough_for_a_room_with_an_empty_queue(client: httpx.Client, ada: httpx.Client):
    response = ada.post("/api/rooms/", json={"name": "Kitchen Party"})

    room = response.json()
    assert response.status_code == 201
    check_room(room)
    reported = (room["name"], room["is_public"], room["order"], room["items"])
    assert reported == ("Kitchen Party", True, "manual", 0)
    assert room["slug"].startswith("kitchen-party")
    assert client.get(f"/api/rooms/{room['slug']}/").json() == room
    assert client.get(response.headers["Location"]).json() == room
    state = queue_of(client, room["slug"]).state()
    assert (state.items, state.seq) == ([], 0)


@pytest.mark.both_sizes
def test_every_name_gives_a_valid_unique_slug(ada: httpx.Client):
    slugs = set()
    for name in ("Çay Bahçesi", "☆☆☆", "-", "a" * 80, "Under_score", "  Padded  ", "Twins", "Twins"):
        response = ada.post("/api/rooms/", json={"name": name})
        assert response.status_code == 201
        assert response.json()["name"] == name.strip()
        assert USABLE_SLUG.fullmatch(response.json()["slug"])
        slugs.add(response.json()["slug"])

    assert len(slugs) == 8
    assert ada.post("/api/rooms/", json={"name": "Große Sause"}).json()["slug"].startswith("grosse-sause")


def test_all_fields_can_be_set_and_a_taken_slug_is_a_409(client: httpx.Client, ada: httpx.Client, room: str):
    """A slug has one to fifty of few characters."""
    wanted = {"name": "Hall", "is_public": False, "order": "votes"}
    for slug in ("1", "a-b-c", "-", "x" * 50):
        response = ada.post("/api/rooms/", json={**wanted, "slug": slug})
        made = {**wanted, "slug": slug, "items": 0, "created_at": response.json()["created_at"]}
        assert (response.status_code, response.json()) == (201, made)
        assert client.get(f"/api/rooms/{slug}/").json() == made
        assert ada.delete(f"/api/rooms/{slug}/").status_code == 204
    for taken in ("main", room):
        before = client.get(f"/api/rooms/{taken}/").json()
        response = ada.post("/api/rooms/", json={"name": "Thief", "slug": taken})
        assert rejected(response, 409, "CONFLICT") == {"slug": taken}
        assert client.get(f"/api/rooms/{taken}/").json() == before


NO_ROOMS: list[tuple[dict[str, Any], str]] = [
    *[({"name": name}, "name") for name in ("", "   ", "x" * 81, "two\nlines", "\x00", 5, None)],
    *[
        ({"name": "Room", "slug": slug}, "slug")
        for slug in ("", "x" * 51, "Hall", "my_room", "my room", "çay", "a/b", "a.b")
    ],
    *[({"name": "Room", "order": order}, "order") for order in ("random", 1, "")],
    *[({"name": "Room", "is_public": flag}, "is_public") for flag in ("yes", 1)],
    ({}, "name"),
]


def test_an_invalid_room_is_a_400_and_an_unknown_caller_creates_none(client: httpx.Client):
    """It would have no owner, and could not be deleted."""
    total = client.get("/api/rooms/").headers["X-Total-Count"]

    for body, field in NO_ROOMS:
        rejected(client.post("/api/rooms/", json=body), 400, "VALIDATION_ERROR", field)
    rejected(client.post("/api/rooms/", json={"name": "Free prizes"}), 401, "NOT_AUTHENTICATED")

    assert client.get("/api/rooms/").headers["X-Total-Count"] == total


def test_the_setting_is_the_default_order_of_new_rooms_and_main(narrow_client: httpx.Client):
    """Here AUTO_SORT_BY_VOTES is true."""
    room = asked_for_room(narrow_client, name="Room").json()
    manual = asked_for_room(narrow_client, name="Room", order="manual").json()

    assert (room["order"], manual["order"]) == ("votes", "manual")
    assert narrow_client.get("/api/rooms/main/").json()["order"] == "votes"


def test_rooms_with_equal_names_have_different_slugs(ada: httpx.Client):
    """Beyond some they are not counted through."""
    name = f"Many {secrets.token_hex(4)}"

    slugs = [ada.post("/api/rooms/", json={"name": name}).json()["slug"] for _ in range(22)]

    base = name.lower().replace(" ", "-")
    assert slugs[:20] == [base, *(f"{base}-{number}" for number in range(2, 21))]
    assert len(set(slugs)) == 22
    assert all(re.fullmatch(rf"{base}-[0-9a-f]{{6}}", slug) for slug in slugs[20:])


# --- The public rooms --------------------------------------------------------------------------------


def test_public_rooms_are_listed_and_others_are_not(client: httpx.Client, queue: Queue):
    hidden = asked_for_room(client, name="Hidden", is_public=False).json()
    a, _, _ = queue.fill(3)
    queue.remove(a)
    public = client.get(f"/api/rooms/{queue.room}/").json()
    main = client.get("/api/rooms/main/").json()

    response = client.get("/api/rooms/")

    rooms = response.json()
    for room in rooms:
        check_room(room)
    assert public in rooms
    assert public["items"] == 2
    assert hidden["slug"] not in [room["slug"] for room in rooms]
    assert response.headers["X-Total-Count"] == str(len(rooms))
    assert client.get(f"/api/rooms/{hidden['slug']}/").json() == hidden
    assert (main["slug"], main["is_public"], main["order"]) == ("main", True, "manual")
    assert main in rooms


def test_an_unknown_room_is_a_404(client: httpx.Client):
    rejected(client.get("/api/rooms/nobody-is-here/"), 404, "NOT_FOUND")
    rejected(client.patch("/api/rooms/nobody-is-here/", json={"name": "x"}), 404, "NOT_FOUND")
    rejected(client.delete("/api/rooms/nobody-is-here/"), 404, "NOT_FOUND")
