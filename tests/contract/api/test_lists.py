"""Lists: bare arrays with their total beside them, in parts, in pages."""

import functools
import operator
from typing import Any

import httpx

from tests.contract.conftest import client_of, new_room, queue_of
from tests.contract.error_checks import rejected
from tests.contract.queues import Queue
from tests.contract.staff import fill_library
from tests.processes import TuttiServer

# --- Lists are bare arrays with their total beside them ----------------------------------------------

LISTS = ["/api/tracks/", "/api/tracks/genres/", "/api/rooms/", "/api/playlist/", "/api/playlist/history/"]


def pages(http: httpx.Client, path: str) -> list[list[Any]]:
    """Follows `Link` to the end."""
    found, total = [], None
    url: str | None = path
    while url:
        response = http.get(url)
        assert response.status_code == 200
        assert total in {None, response.headers["X-Total-Count"]}
        total = response.headers["X-Total-Count"]
        found.append(response.json())
        assert set(response.links) <= {"next"}
        url = response.links["next"]["url"] if response.links else None
    return found


def test_a_list_is_a_bare_array_with_its_total(client: httpx.Client):
    for path in LISTS:
        response = client.get(path)
        rows = response.json()
        assert response.status_code == 200
        assert isinstance(rows, list)
        assert response.headers["X-Total-Count"] == str(len(rows))
        assert "Link" not in response.headers


def test_a_limited_list_links_to_its_next_part(queue: Queue, client: httpx.Client):
    for item_id in queue.fill(3):
        queue.play(item_id)
    queue.stop()
    new_room(client)
    own = (queue.path, f"{queue.path}history/", "/api/tracks/genres/", "/api/rooms/")

    for path, limit in (
        *(("/api/tracks/", 10), ("/api/tracks/?genre=pop&ordering=-title", 2)),
        *((path, 2) for path in own),
    ):
        whole = client.get(path).json()
        parts = pages(client, f"{path}{'&' if '?' in path else '?'}limit={limit}")
        assert len(parts) > 1
        assert {len(part) for part in parts[:-1]} == {limit}
        assert functools.reduce(operator.iadd, parts, []) == whole


def test_an_offset_skips_rows_and_a_limit_of_the_total_has_no_next_link(client: httpx.Client, queue: Queue):
    whole = client.get("/api/tracks/")
    total = whole.headers["X-Total-Count"]

    for offset, rows in ((30, whole.json()[30:]), (100_000, [])):
        response = client.get(f"/api/tracks/?offset={offset}")
        assert (response.status_code, response.json(), response.headers["X-Total-Count"]) == (
            200,
            rows,
            total,
        )
        assert "Link" not in response.headers
    queue.fill(3)
    for limit, length in ((3, 3), (1, 1), (1000, 3)):
        response = queue.get(limit=limit)
        assert len(response.json()) == length
        assert ("Link" in response.headers) == (limit < 3)


NO_NUMBERS = ["x", "-1", "", "1.5", "1e2", " 1", "١", "0x10", "+5", "1_0", "9" * 13]
WRONG = {
    **{name: ["0", "1001", *NO_NUMBERS] for name in ("limit", "page_size")},
    **{"offset": NO_NUMBERS, "page": ["0", *NO_NUMBERS]},
}


def test_invalid_numbers_are_a_400_that_names_the_parameter(client: httpx.Client):
    for path in LISTS:
        for name, values in WRONG.items():
            for value in values if path == "/api/tracks/" else values[:2]:
                rejected(client.get(path, params={name: value}), 400, "VALIDATION_ERROR", name)


# --- The page envelope, for clients that ask for pages, and for all where API_ALWAYS_PAGINATE is true

ENVELOPE = {"count", "next", "previous", "results"}


def page(http: httpx.Client, url: str) -> dict[str, Any]:
    response = http.get(url)
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    assert body.keys() == ENVELOPE
    assert response.headers["X-Total-Count"] == str(body["count"])
    assert "Link" not in response.headers
    return body


def test_requested_pages_have_an_envelope_with_links_to_all_pages(client: httpx.Client):
    rows = client.get("/api/tracks/?ordering=title").json()
    for query in ("page=1", "page_size=1000", "page=1&page_size=1000"):
        envelope = page(client, f"/api/tracks/?ordering=title&{query}")
        assert envelope == {"count": len(rows), "next": None, "previous": None, "results": rows}

    there, back = [], []
    url: str | None = "/api/tracks/?ordering=title&page_size=10"
    while url:
        envelope = page(client, url)
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
    rejected(client.get(f"/api/tracks/?page_size=10&page={len(there) + 1}"), 404, "NOT_FOUND")


def test_every_list_has_pages_and_an_empty_list_one_page(queue: Queue, client: httpx.Client):
    empty = page(client, f"{queue.path}?page=1")
    assert empty == {"count": 0, "next": None, "previous": None, "results": []}
    rejected(client.get(f"{queue.path}?page=2"), 404, "NOT_FOUND")
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


def test_the_setting_makes_pages_the_default_of_lists_without_a_limit(narrow_client: httpx.Client):
    for path in LISTS:
        envelope = page(narrow_client, path)
        assert envelope["count"] == len(envelope["results"])
        assert (envelope["next"], envelope["previous"]) == (None, None)

    rows = page(narrow_client, "/api/tracks/")["results"]
    assert narrow_client.get("/api/tracks/?limit=5").json() == rows[:5]
    assert narrow_client.get("/api/tracks/?offset=5").json() == rows[5:]
    queue = narrow_client.get("/api/playlist/")
    assert queue.headers["X-Stream-Epoch"] == queue_of(narrow_client, "main").state().epoch
    again = narrow_client.get("/api/playlist/", headers={"If-None-Match": queue.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


# --- No response holds more than 1,000 rows ------------------------------------------------------------

ROWS = 1035


def test_lists_and_pages_have_up_to_a_thousand_rows_and_a_next_link(
    strict_server: TuttiServer,
):
    fill_library(strict_server, ROWS)
    with client_of(strict_server) as http:
        response = http.get("/api/tracks/")
        rest = http.get(response.links["next"]["url"])
        first = http.get("/api/tracks/?page=1").json()
        second = http.get(first["next"]).json()

    assert httpx.URL(response.links["next"]["url"]).params["offset"] == "1000"
    assert (len(response.json()), len(rest.json())) == (1000, ROWS - 1000)
    assert response.headers["X-Total-Count"] == rest.headers["X-Total-Count"] == str(ROWS)
    assert "next" not in rest.links
    assert len({track["id"] for track in [*response.json(), *rest.json()]}) == ROWS
    assert (first["count"], len(first["results"]), first["previous"]) == (ROWS, 1000, None)
    assert (second["count"], len(second["results"]), second["next"]) == (ROWS, ROWS - 1000, None)
