"""Recording activities: which are accepted, once, and for whom."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.analytics.conftest import ACTIVITY, Person
from tests.contract.conftest import client_of
from tests.contract.error_checks import rejected
from tests.contract.payload_checks import INSTANT
from tests.processes import TuttiServer

# --- `POST /api/analytics/activity/`: accepted and rejected ------------------------------------------

MAX_LIST = 500
MAX_CONTEXT_BYTES = 2048
ABSENT = object()


def context_of(size: int) -> dict[str, str]:
    """An object of so many bytes as JSON."""
    return {"x": "y" * (size - len('{"x":""}'))}


def test_stored_activities_are_returned_and_exported(dee: Person, track_id: int):
    at = "2025-12-04T10:00:00Z"

    stored = dee.tell(
        {"track_id": track_id, "activity_type": "like", "context": {"from": "page"}, "occurred_at": at}
    )

    exported = dee.http.get("/api/users/me/export/").json()["activities"]
    (kept,) = [one for one in exported if one["id"] == stored["id"]]
    same = ("activity_type", "context", "occurred_at", "received_at", "recommendation_id")
    assert {name: kept[name] for name in same} == {name: stored[name] for name in same}
    assert INSTANT.fullmatch(stored.pop("received_at"))
    assert isinstance(stored.pop("id"), int)
    assert stored == {
        **{"user_id": dee.user_id, "track_id": track_id, "recommendation_id": None},
        **{"activity_type": "like", "context": {"from": "page"}, "occurred_at": at},
    }


def test_every_type_and_alias_is_accepted_alone_or_in_a_list(dee: Person, track_id: int):
    kinds, before = ["play", "like", "dislike", "skip", "share"], dee.figures()["by_type"]
    for name in ("activity_type", "interaction", "interaction_type"):
        for kind in kinds:
            assert dee.tell({"track_id": track_id, name: kind})["activity_type"] == kind
    stored = dee.tell([{"track_id": track_id, "activity_type": kind} for kind in kinds])

    assert [one["activity_type"] for one in stored] == kinds
    assert [one["id"] for one in stored] == sorted({one["id"] for one in stored})
    assert dee.figures()["by_type"] == {kind: count + 4 for kind, count in before.items()}
    same = {
        "track_id": track_id,
        **dict.fromkeys(("activity_type", "interaction", "interaction_type"), "play"),
    }
    plain = dee.tell({**same, "user_id": dee.user_id})
    assert plain["occurred_at"] == plain["received_at"]
    at = dee.tell({**same, "occurred_at": "2025-12-04T11:00:00.5+01:00"})["occurred_at"]
    assert at == "2025-12-04T10:00:00.500000Z"


# --- Lists -------------------------------------------------------------------------------------------


MISTAKES: list[tuple[dict[str, Any], int, str, set[str]]] = [
    ({"activity_type": "dance"}, 400, "VALIDATION_ERROR", {"2.activity_type"}),
    ({"track_id": 10**17}, 404, "NOT_FOUND", {"track_id"}),
    ({"user_id": 10**17}, 403, "PERMISSION_DENIED", set()),
]


def test_a_list_with_one_invalid_activity_stores_nothing(dee: Person, track_id: int):
    before, one = dee.activities(), {"track_id": track_id, "activity_type": "play"}

    for wrong, status, code, fields in MISTAKES:
        details = rejected(dee.post([one, one, {**one, **wrong}]), status, code)
        assert details.keys() >= fields

    assert dee.activities() == before


# --- Rejections --------------------------------------------------------------------------------------


def test_activities_for_another_user_or_without_a_login_are_rejected(
    dee: Person, eli: Person, staff: httpx.Client, client: httpx.Client, ada: httpx.Client, track_id: int
):
    """A guest has none. And whatever is sent, that comes first."""
    before = eli.activities()
    body = {"user_id": eli.user_id, "track_id": track_id, "activity_type": "play"}
    for person in (dee, Person(staff)):
        rejected(person.post(body), 403, "PERMISSION_DENIED")
    for http in (client, ada):
        for said in ({"track_id": track_id, "activity_type": "play"}, {}, []):
            rejected(http.post(ACTIVITY, json=said), 401, "NOT_AUTHENTICATED")
    for http in (client, dee.http):
        rejected(http.get(ACTIVITY), 405, "METHOD_NOT_ALLOWED")
    assert eli.activities() == before


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"activity_type": ABSENT}, "activity_type"),
    *[({"activity_type": value}, "activity_type") for value in ("dance", None, ["play"])],
    ({"interaction": "skip"}, "activity_type"),
    *[({"track_id": value}, "track_id") for value in (ABSENT, None, "1", 0)],
    ({"recommendation_id": 5}, "track_id"),
    ({"user_id": "me"}, "user_id"),
    *[({"context": value}, "context") for value in ([], None, {"x": "\0"}, {"\0": 1}, {"x": 1e16})],
    *[({"context": value}, "context") for value in ({"x": [{"y": "\ud800"}]}, {"x": 10**40})],
    ({"context": context_of(MAX_CONTEXT_BYTES + 1)}, "context"),
    *[({"occurred_at": value}, "occurred_at") for value in (None, "yesterday", 1764842400)],
    ({"occurred_at": "1979-12-31T23:59:59Z"}, "occurred_at"),
    ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
    ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
]


def test_invalid_activities_are_rejected(dee: Person, track_id: int):
    before = dee.activities()

    for wrong, field in NONSENSE:
        body = {"track_id": track_id, "activity_type": "play", **wrong}
        said = {name: value for name, value in body.items() if value is not ABSENT}
        rejected(dee.post(said), 400, "VALIDATION_ERROR", field)
    for no_activity in ("play", 5, None, ["play"], [[]]):
        rejected(dee.post(no_activity), 400, "VALIDATION_ERROR")
    for unknown in ({"track_id": 10**17}, {"recommendation_id": 10**17}):
        assert rejected(dee.post({"activity_type": "play", **unknown}), 404, "NOT_FOUND") == unknown

    assert dee.activities() == before


@pytest.mark.both_sizes  # as it was in JSON of the database
def test_a_context_is_returned_unchanged_also_in_a_long_list(dee: Person, track_id: int):
    contexts: list[dict[str, Any]] = [
        {},
        {"a": [1, 2.5, -3, True, None, {"ä": "💃"}], "b": {}},
        {"most": 1e15, "least": -1e15, "tiny": 1e-9},
        context_of(MAX_CONTEXT_BYTES),
    ]
    before, one = dee.activities(), {"track_id": track_id, "activity_type": "play"}
    reported = [{**one, "context": context} for context in contexts] + [one] * (MAX_LIST - len(contexts))

    def at(minutes: int) -> dict[str, Any]:
        return {**one, "occurred_at": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()}

    stored = dee.tell([*reported[:-1], at(4)])
    for length in (0, MAX_LIST + 1):
        rejected(dee.post([one] * length), 400, "VALIDATION_ERROR", "non_field_errors")
    rejected(dee.post(at(6)), 400, "VALIDATION_ERROR", "occurred_at")

    assert [each["context"] for each in stored[: len(contexts)]] == contexts
    assert dee.activities() == before + MAX_LIST


# --- An activity that is sent again under its `Idempotency-Key` counts once, also when both arrive at once

AT_ONCE = 6
REPLAYED = "Idempotency-Replayed"


@pytest.fixture
def key() -> str:
    return secrets.token_hex(8)


@pytest.fixture
def body(track_id: int) -> Any:
    return [{"track_id": track_id, "activity_type": kind} for kind in ("play", "like")]


def test_a_repeated_activity_is_counted_once(dee: Person, eli: Person, body: Any, key: str):
    before = dee.activities(), eli.activities()

    first, again = dee.post(body, key=key), dee.post(body, key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert (REPLAYED in first.headers, again.headers.get(REPLAYED)) == (False, "true")
    assert again.content == first.content
    # Under another user's key, and without any, each counts.
    assert REPLAYED not in eli.post(body, key=key).headers
    for _ in range(2):
        eli.tell(body)
    assert dee.activities() == before[0] + len(body)
    assert eli.activities() == before[1] + 3 * len(body)


@pytest.mark.both_sizes
def test_concurrent_repetitions_are_counted_once(server: TuttiServer, dee: Person, body: Any, key: str):
    before, start = dee.activities(), threading.Barrier(AT_ONCE)

    def send(_number: int) -> httpx.Response:
        with client_of(server, cookies=dict(dee.http.cookies)) as line:
            start.wait(timeout=10)
            return Person(line).post(body, key=key)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        responses = list(pool.map(send, range(AT_ONCE)))

    assert {(response.status_code, response.content) for response in responses} == {
        (201, responses[0].content)
    }
    assert sum(REPLAYED in response.headers for response in responses) == AT_ONCE - 1
    assert dee.activities() == before + len(body)


@pytest.mark.both_sizes
def test_a_large_response_is_built_again(dee: Person, track_id: int, key: str):
    """It is not kept: a list's answer says again all that was sent."""
    context = {"why": "x" * 100}
    body = [{"track_id": track_id, "activity_type": "play", "context": context}] * 200
    before = dee.activities()

    first, again = dee.post(body, key=key), dee.post(body, key=key)

    assert len(first.content) > 16 * 1024
    assert again.headers[REPLAYED] == "true"
    assert (again.status_code, again.json()) == (201, first.json())
    assert dee.activities() == before + 200
    kept = dee.http.get("/api/users/me/export/").json()["stored_responses"]
    assert kept[-1].keys() == {"key", "status", "created_at"}


# --- What is found out about a person, figures and recommendations: for that person and staff alone

UNKNOWN_USER = 10**17


@pytest.fixture(params=["analytics", "recommendations"])
def pages(request: pytest.FixtureRequest) -> str:
    return f"/api/{request.param}/"


def page_of(pages: str, user_id: int) -> str:
    return f"{pages}user/{user_id}/"


def test_the_user_and_staff_read_the_same_statistics(
    dee: Person, staff: httpx.Client, track_id: int, pages: str
):
    dee.tell({"track_id": track_id, "activity_type": "play"})
    path = page_of(pages, dee.user_id)
    dee.http.get(path)  # found for the first time

    responses = [dee.http.get(f"{pages}me/"), dee.http.get(path), staff.get(path)]

    assert [response.status_code for response in responses] == [200] * 3
    assert responses[0].json() == responses[1].json() == responses[2].json()
    assert {response.headers["Cache-Control"] for response in responses} == {"private, no-cache"}
    rejected(staff.get(page_of(pages, UNKNOWN_USER)), 404, "NOT_FOUND")


def test_others_get_the_same_response_for_every_id(
    client: httpx.Client, ada: httpx.Client, dee: Person, eli: Person, pages: str
):
    paths = [page_of(pages, number) for number in (dee.user_id, UNKNOWN_USER, 0)]
    for http in (client, ada):
        strangers = [http.get(path) for path in [*paths, f"{pages}me/"]]
        rejected(strangers[0], 401, "NOT_AUTHENTICATED")
        assert all(_content(response) == _content(strangers[0]) for response in strangers)
    others = [eli.http.get(path) for path in paths]
    rejected(others[0], 403, "PERMISSION_DENIED")
    assert all(_content(response) == _content(others[0]) for response in others)


def _content(response: httpx.Response) -> tuple[int, Any, set[str]]:
    return response.status_code, response.json(), set(response.headers)
