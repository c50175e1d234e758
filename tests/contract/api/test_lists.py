"""Lists are bare arrays with their total beside them."""

import functools
import operator
from typing import Any

import httpx
import pytest

from tests.contract.conftest import new_room
from tests.contract.queues import Queue
from tests.contract.refusals import refused

LISTS = ["/api/tracks/", "/api/tracks/genres/", "/api/rooms/", "/api/playlist/", "/api/playlist/history/"]


def pages(http: httpx.Client, path: str) -> list[list[Any]]:
    """Follows `Link` to the end."""
    found, total = [], None
    url: str | None = path
    while url:
        answer = http.get(url)
        assert answer.status_code == 200
        assert total in {None, answer.headers["X-Total-Count"]}
        total = answer.headers["X-Total-Count"]
        found.append(answer.json())
        assert set(answer.links) <= {"next"}
        url = answer.links["next"]["url"] if answer.links else None
    return found


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_a_bare_array_with_its_total(client: httpx.Client, path: str):
    answer = client.get(path)

    rows = answer.json()
    assert answer.status_code == 200
    assert isinstance(rows, list)
    assert answer.headers["X-Total-Count"] == str(len(rows))
    assert "Link" not in answer.headers


def test_one_that_is_cut_says_where_it_goes_on(client: httpx.Client):
    whole = client.get("/api/tracks/").json()

    parts = pages(client, "/api/tracks/?limit=10")

    assert [len(part) for part in parts[:-1]] == [10] * (len(parts) - 1)
    assert [row for part in parts for row in part] == whole
    first = client.get("/api/tracks/?limit=10")
    assert httpx.URL(first.links["next"]["url"]).params["offset"] == "10"


def test_what_was_asked_for_is_kept_on_the_way(client: httpx.Client):
    path = "/api/tracks/?genre=pop&ordering=-title"
    whole = client.get(path).json()
    assert len(whole) > 3

    assert functools.reduce(operator.iadd, pages(client, f"{path}&limit=2"), []) == whole


def test_every_list_can_be_cut(queue: Queue, client: httpx.Client):
    ids = queue.fill(3)
    for item_id in ids:
        queue.play(item_id)
    queue.stop()
    new_room(client)

    for path in (queue.path, f"{queue.path}history/", "/api/tracks/genres/", "/api/rooms/"):
        parts = pages(client, f"{path}?limit=2")
        assert len(parts[0]) == 2
        assert functools.reduce(operator.iadd, parts, []) == client.get(path).json()


def test_an_offset_alone_leaves_out_the_first(client: httpx.Client):
    whole = client.get("/api/tracks/")

    answer = client.get("/api/tracks/?offset=30")

    assert answer.json() == whole.json()[30:]
    assert answer.headers["X-Total-Count"] == whole.headers["X-Total-Count"]


def test_behind_the_end_is_nothing(client: httpx.Client):
    answer = client.get("/api/tracks/?offset=100000")

    assert (answer.status_code, answer.json()) == (200, [])
    assert int(answer.headers["X-Total-Count"]) >= 35
    assert "Link" not in answer.headers


def test_a_limit_of_exactly_all_is_not_cut(queue: Queue):
    queue.fill(3)

    answer = queue.get(limit=3)

    assert len(answer.json()) == 3
    assert "Link" not in answer.headers


@pytest.mark.parametrize("limit", ["1", "1000"])
def test_limits_within_the_bounds_are_taken(client: httpx.Client, limit: str):
    rows = client.get("/api/tracks/", params={"limit": limit}).json()

    assert len(rows) == min(int(limit), len(client.get("/api/tracks/").json()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("limit", value) for value in ("0", "1001", "-1", "ten", "1.5", "", "1e2", "99999999999999999999")],
        *[("offset", value) for value in ("-1", "x", "0.5", "", "99999999999999999999999")],
    ],
)
def test_others_are_a_400(client: httpx.Client, name: str, value: str):
    for path in LISTS:
        refused(client.get(path, params={name: value}), 400, "VALIDATION_ERROR", name)
