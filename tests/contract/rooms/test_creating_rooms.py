"""Making a room."""

import re
import secrets
from typing import Any

import httpx
import pytest

from tests.contract.conftest import queue_of
from tests.contract.refusals import refused
from tests.contract.shapes import check_room

USABLE_SLUG = re.compile(r"[a-z0-9-]{1,50}")


def test_a_name_is_enough(client: httpx.Client):
    answer = client.post("/api/rooms/", json={"name": "Kitchen Party"})

    room = answer.json()
    assert answer.status_code == 201
    check_room(room)
    assert (room["name"], room["is_public"], room["order"], room["items"]) == (
        "Kitchen Party",
        True,
        "manual",
        0,
    )
    assert room["slug"].startswith("kitchen-party")
    assert client.get(f"/api/rooms/{room['slug']}/").json() == room


def test_a_new_room_has_an_empty_queue(client: httpx.Client):
    room = client.post("/api/rooms/", json={"name": "Empty"}).json()

    state = queue_of(client, room["slug"]).state()

    assert (state.items, state.seq) == ([], 0)


def test_everything_can_be_chosen(client: httpx.Client):
    wanted = {"name": "Hall", "slug": f"hall-{secrets.token_hex(4)}", "is_public": False, "order": "votes"}

    room = client.post("/api/rooms/", json=wanted).json()

    assert room == {**wanted, "items": 0, "created_at": room["created_at"]}


@pytest.mark.parametrize("name", ["Çay Bahçesi", "☆☆☆", "-", "a" * 80, "Under_score", "  Padded  "])
def test_every_name_gives_a_usable_slug(client: httpx.Client, name: str):
    answer = client.post("/api/rooms/", json={"name": name})

    assert answer.status_code == 201
    assert answer.json()["name"] == name.strip()
    assert USABLE_SLUG.fullmatch(answer.json()["slug"])


def test_rooms_of_one_name_have_slugs_of_their_own(client: httpx.Client):
    slugs = {client.post("/api/rooms/", json={"name": "Twins"}).json()["slug"] for _ in range(3)}

    assert len(slugs) == 3


@pytest.mark.parametrize("slug", ["1", "a-b-c", "-", "x" * 50])
def test_a_slug_has_one_to_fifty_of_few_characters(client: httpx.Client, ada: httpx.Client, slug: str):
    answer = ada.post("/api/rooms/", json={"name": "Room", "slug": slug})

    assert (answer.status_code, answer.json()["slug"]) == (201, slug)
    assert client.get(f"/api/rooms/{slug}/").json() == answer.json()
    assert ada.delete(f"/api/rooms/{slug}/").status_code == 204


@pytest.mark.parametrize("slug", ["", "x" * 51, "Hall", "my_room", "my room", "çay", "a/b", "a.b"])
def test_what_is_no_slug_is_a_400(client: httpx.Client, slug: Any):
    total = client.get("/api/rooms/").headers["X-Total-Count"]

    refused(client.post("/api/rooms/", json={"name": "Room", "slug": slug}), 400, "VALIDATION_ERROR", "slug")

    assert client.get("/api/rooms/").headers["X-Total-Count"] == total


@pytest.mark.parametrize("slug", ["main", "room"])
def test_a_slug_that_is_taken_is_a_409(client: httpx.Client, room: str, slug: str):
    taken = slug if slug == "main" else room
    before = client.get(f"/api/rooms/{taken}/").json()

    refused(client.post("/api/rooms/", json={"name": "Thief", "slug": taken}), 409, "CONFLICT")

    assert client.get(f"/api/rooms/{taken}/").json() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        *[({"name": name}, "name") for name in ("", "   ", "x" * 81, "two\nlines", "\x00", 5, None)],
        *[({"name": "Room", "order": order}, "order") for order in ("random", 1, "")],
        *[({"name": "Room", "is_public": flag}, "is_public") for flag in ("yes", 1)],
        ({}, "name"),
    ],
)
def test_what_is_no_room_is_a_400(client: httpx.Client, body: dict[str, Any], field: str):
    total = client.get("/api/rooms/").headers["X-Total-Count"]

    refused(client.post("/api/rooms/", json=body), 400, "VALIDATION_ERROR", field)

    assert client.get("/api/rooms/").headers["X-Total-Count"] == total


def test_the_setting_says_how_new_rooms_and_main_are_ordered(narrow_client: httpx.Client):
    """Here AUTO_SORT_BY_VOTES is true."""
    room = narrow_client.post("/api/rooms/", json={"name": "Room"}).json()
    manual = narrow_client.post("/api/rooms/", json={"name": "Room", "order": "manual"}).json()

    assert (room["order"], manual["order"]) == ("votes", "manual")
    assert narrow_client.get("/api/rooms/main/").json()["order"] == "votes"
