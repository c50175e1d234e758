"""The page envelope, for clients that ask for pages, and for all where API_ALWAYS_PAGINATE is true."""

import functools
import operator
from typing import Any

import httpx
import pytest

from tests.contract.conftest import queue_of
from tests.contract.queues import Queue

ENVELOPE = {"count", "next", "previous", "results"}


def page(http: httpx.Client, url: str) -> dict[str, Any]:
    answer = http.get(url)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    assert body.keys() == ENVELOPE
    return body


@pytest.mark.parametrize("query", ["page=1", "page_size=1000", "page=1&page_size=1000"])
def test_whoever_asks_for_pages_gets_an_envelope(client: httpx.Client, query: str):
    rows = client.get("/api/tracks/").json()

    envelope = page(client, f"/api/tracks/?{query}")

    assert envelope == {"count": len(rows), "next": None, "previous": None, "results": rows}


def test_next_and_previous_lead_through_all_of_them(client: httpx.Client):
    rows = client.get("/api/tracks/?ordering=title").json()
    there, back = [], []

    url: str | None = "/api/tracks/?ordering=title&page_size=10"
    while url:
        envelope = page(client, url)
        assert envelope["count"] == len(rows)
        there.append(envelope["results"])
        last, url = url, envelope["next"]
    url = last
    while url:
        envelope = page(client, url)
        back.append(envelope["results"])
        url = envelope["previous"]

    assert functools.reduce(operator.iadd, there, []) == rows
    assert len(there[0]) == 10
    assert [*reversed(back)] == there


def test_every_list_has_pages(queue: Queue, client: httpx.Client):
    ids = queue.fill(3)
    queue.play(ids[0])
    queue.play(ids[1])
    queue.stop()

    first = page(client, f"{queue.path}?page_size=2")
    assert (first["count"], [item["id"] for item in first["results"]]) == (3, ids[:2])
    assert [item["id"] for item in page(client, first["next"])["results"]] == ids[2:]
    assert page(client, f"{queue.path}history/?page=1")["count"] == 2
    assert page(client, "/api/rooms/?page_size=1")["count"] >= 2
    assert page(client, "/api/tracks/genres/?page_size=1")["count"] > 1


def test_an_empty_list_has_one_empty_page(queue: Queue, client: httpx.Client):
    envelope = page(client, f"{queue.path}?page=1")

    assert envelope == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize(
    "path", ["/api/tracks/", "/api/tracks/genres/", "/api/rooms/", "/api/playlist/", "/api/playlist/history/"]
)
def test_the_setting_makes_pages_of_every_list(narrow_client: httpx.Client, path: str):
    envelope = page(narrow_client, path)

    assert envelope["count"] == len(envelope["results"])
    assert (envelope["next"], envelope["previous"]) == (None, None)


def test_with_it_the_queue_still_names_its_moment(narrow_client: httpx.Client):
    queue = queue_of(narrow_client, "main")

    answer = queue.http.get("/api/playlist/")

    assert answer.headers["X-Stream-Epoch"] == queue.state().epoch
    again = queue.http.get("/api/playlist/", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
