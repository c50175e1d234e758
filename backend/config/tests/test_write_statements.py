"""The number of SQL statements of a write, and its files, from the middleware to the response."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.player.services import change_settings
from apps.playlist.models import PlaylistTrack
from apps.playlist.tests.rooms import add, new_room
from apps.rooms.models import Room
from apps.tracks.tests.factories import new_track
from apps.users.authentication import guest_token
from apps.users.models import Guest

pytestmark = pytest.mark.django_db(transaction=True)

# Statements of transactions, which are not counted.
FRAMING = ("BEGIN", "COMMIT")


@pytest.fixture
def room(settings) -> Room:
    settings.AUTO_SORT_BY_VOTES = False
    room = new_room()
    for title in "ABCDE":
        add(room, title)
    return room


@pytest.fixture
def ask(room: Room) -> Callable[..., list[str]]:
    """Sends a write as a guest, under a key, and returns its statements."""
    headers = {"X-Guest-Token": guest_token(Guest.objects.create(name="Ada"))}
    client = Client(headers=headers)
    numbers = iter(range(100))
    client.post(
        f"/api/rooms/{room.slug}/playlist/{first(room).pk}/vote/",
        {"value": 1},
        content_type="application/json",
        headers={"Idempotency-Key": "warm-up of the process"},
    )
    client.post(
        f"/api/rooms/{room.slug}/playlist/{first(room).pk}/vote/",
        {"value": 0},
        content_type="application/json",
    )

    def send(method: str, path: str, body: Any = None, *, status: int = 200) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            response = client.generic(
                method,
                f"/api/rooms/{room.slug}/playlist/{path}",
                b"" if body is None else json.dumps(body),
                content_type="application/json",
                headers={"Idempotency-Key": f"key-{next(numbers)}"},
            )
        assert response.status_code == status, response.content
        return [query["sql"] for query in captured if not query["sql"].startswith(FRAMING)]

    return send


def first(room: Room) -> PlaylistTrack:
    item: PlaylistTrack = room.items.order_by("position")[0]
    return item


def assert_at_most(most: int, statements: list[str]) -> None:
    assert len(statements) <= most, "\n".join([f"{len(statements)} statements", *statements])


@pytest.mark.parametrize("body", [{"value": 1}, {"direction": "down"}])
def test_a_vote_takes_ten_statements(room, ask, body: dict[str, Any]):
    path = f"{first(room).pk}/vote/"
    assert_at_most(10, ask("POST", path, body))
    assert_at_most(10, ask("POST", path, {"value": -body.get("value", 1)}))
    assert_at_most(10, ask("POST", path, {"value": 0}))


def test_an_add_takes_twelve_statements(room, ask):
    assert_at_most(12, ask("POST", "", {"track_id": new_track("F").pk}, status=201))


@pytest.mark.parametrize("place", ["after", "before"])
def test_a_move_takes_ten_statements(room, ask, place: str):
    items = room.items.order_by("position")
    assert_at_most(10, ask("PATCH", f"{items[0].pk}/", {place: items[3].pk}))


def test_a_play_takes_twelve_statements_also_if_it_ends_another(room, ask):
    items = room.items.order_by("position")
    assert_at_most(12, ask("POST", f"{items[0].pk}/play/"))
    assert_at_most(12, ask("POST", f"{items[2].pk}/play/"))


def test_a_play_takes_four_more_statements_if_the_room_has_a_player(room, ask):
    """It reads and writes the player, and appends one more event."""
    change_settings(slug=room.slug, changes={"volume": 5})
    items = room.items.order_by("position")
    assert_at_most(16, ask("POST", f"{items[0].pk}/play/"))
    assert_at_most(16, ask("POST", f"{items[2].pk}/play/"))


def test_a_vote_that_moves_its_item_takes_fourteen_statements(room, ask):
    room.chosen_order = "votes"
    room.save()
    last = room.items.order_by("position").last()
    assert last is not None
    assert_at_most(14, ask("POST", f"{last.pk}/vote/", {"value": 1}))
    assert first(room) == last


def test_a_play_that_moves_its_item_and_the_previous_one_takes_seventeen_statements(room, ask):
    room.chosen_order = "votes"
    room.save()
    one, *_, other = room.items.order_by("position")
    assert_at_most(12, ask("POST", f"{one.pk}/play/"))
    assert_at_most(17, ask("POST", f"{other.pk}/play/"))
    assert first(room) == other


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is asked within the process")
def test_a_write_waits_for_postgresql_less_often_than_it_sends_statements(room, ask, exchanges, monkeypatch):
    """The guest; the record of the key; locks and rows; what is written, with the commit."""
    monkeypatch.setattr(CaptureQueriesContext, "__enter__", list)  # noted statements are sent one by one
    monkeypatch.setattr(CaptureQueriesContext, "__exit__", lambda *_: None)
    item, *_, last = room.items.order_by("position")
    added = {"track_id": new_track("F").pk}

    def waits(*request: Any, **expected: Any) -> int:
        exchanges()
        ask(*request, **expected)
        number: int = exchanges()
        return number

    # Each connection of the pool, of which other tests have used some, is left as requests leave it.
    pool: Any = connection.pool  # type: ignore[attr-defined]
    for value in (1, 0) * pool.get_stats()["pool_size"]:
        ask("POST", f"{item.pk}/vote/", {"value": value})
    assert waits("POST", f"{item.pk}/vote/", {"value": 1}) <= 5  # a new row's id is needed at once
    assert waits("POST", f"{item.pk}/vote/", {"value": -1}) <= 4
    assert waits("POST", "", added, status=201) <= 7
    assert waits("PATCH", f"{item.pk}/", {"after": last.pk}) <= 5
    assert waits("POST", f"{item.pk}/play/") <= 7
    assert waits("POST", f"{last.pk}/play/") <= 7


def test_architecture_lists_all_files_that_a_vote_executes(room, ask):
    """From the middleware to the hint. Other tests follow the event from there to the socket."""
    backend, executed = Path(__file__).resolve().parents[2], set()

    def note(frame: FrameType, *_: object) -> None:
        executed.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        ask("POST", f"{first(room).pk}/vote/", {"value": 1})
    finally:
        sys.setprofile(None)
    page = (backend.parent / "docs" / "architecture.md").read_text()
    part = page.partition("## The files of a vote")[2].partition("\n## ")[0]
    steps = re.findall(r"^\| \d+ \| `(.+?)` \|", part, re.MULTILINE)
    named = set(re.findall(r"`((?:apps|core|server)/[\w/]+\.py)`", part))
    own = {str(Path(file).relative_to(backend)) for file in executed if Path(file).is_relative_to(backend)}
    own = {file for file in own if "tests" not in Path(file).parts}
    assert own - named == set()
    assert set(steps[1:16]) - own == set()
    assert len(steps) <= 20
    assert all((backend / file).exists() for file in named)
