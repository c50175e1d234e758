"""`POST /api/analytics/activity/`: what is taken, what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.analytics.people import ACTIVITY, Person
from tests.contract.refusals import refused
from tests.contract.shapes import INSTANT

MAX_LIST = 500
MAX_CONTEXT_BYTES = 2048


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def context_of(size: int) -> dict[str, str]:
    """An object of so many bytes as JSON."""
    return {"x": "y" * (size - len('{"x":""}'))}


def test_what_was_stored_is_answered(dee: Person, track_id: int):
    at = "2025-12-04T10:00:00Z"

    stored = dee.tell(
        {"track_id": track_id, "activity_type": "like", "context": {"from": "page"}, "occurred_at": at}
    )

    assert INSTANT.fullmatch(stored.pop("received_at"))
    assert isinstance(stored.pop("id"), int)
    assert stored == {
        **{"user_id": dee.user_id, "track_id": track_id, "recommendation_id": None},
        **{"activity_type": "like", "context": {"from": "page"}, "occurred_at": at},
    }


@pytest.mark.parametrize("kind", ["play", "like", "dislike", "skip", "share"])
@pytest.mark.parametrize("name", ["activity_type", "interaction", "interaction_type"])
def test_every_type_under_every_name(dee: Person, track_id: int, name: str, kind: str):
    before = dee.figures()["by_type"]

    assert dee.tell({"track_id": track_id, name: kind})["activity_type"] == kind

    assert dee.figures()["by_type"] == {**before, kind: before[kind] + 1}


def test_the_same_type_under_several_names_is_one(dee: Person, track_id: int):
    body = {"track_id": track_id, "activity_type": "play", "interaction": "play", "interaction_type": "play"}

    assert dee.tell(body)["activity_type"] == "play"


def test_ones_own_user_id_is_taken(dee: Person, track_id: int):
    dee.tell({"user_id": dee.user_id, "track_id": track_id, "activity_type": "play"})


def test_a_time_of_another_zone_is_told_in_utc(dee: Person, track_id: int):
    body = {"track_id": track_id, "activity_type": "play", "occurred_at": "2025-12-04T11:00:00.5+01:00"}

    assert dee.tell(body)["occurred_at"] == "2025-12-04T10:00:00.500000Z"


def test_a_clock_that_is_a_little_fast(dee: Person, track_id: int):
    for ahead, status in ((timedelta(minutes=4), 201), (timedelta(minutes=6), 400)):
        at = instant(datetime.now(UTC) + ahead)
        answer = dee.post({"track_id": track_id, "activity_type": "play", "occurred_at": at})
        assert answer.status_code == status, answer.text
    refused(answer, 400, "VALIDATION_ERROR", "occurred_at")


# --- Lists -------------------------------------------------------------------------------------------


def test_a_list_is_answered_by_a_list(dee: Person, track_id: int):
    before = dee.activities()
    kinds = ["play", "skip", "like"]

    stored = dee.tell([{"track_id": track_id, "activity_type": kind} for kind in kinds])

    assert [one["activity_type"] for one in stored] == kinds
    assert dee.activities() == before + 3


def test_a_list_may_be_long_and_not_longer(dee: Person, track_id: int):
    before, one = dee.activities(), {"track_id": track_id, "activity_type": "play"}

    assert len(dee.tell([one] * MAX_LIST)) == MAX_LIST
    for length in (0, MAX_LIST + 1):
        refused(dee.post([one] * length), 400, "VALIDATION_ERROR", "non_field_errors")

    assert dee.activities() == before + MAX_LIST


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"activity_type": "dance"}, 400, "VALIDATION_ERROR"),
        ({"track_id": 10**17}, 404, "NOT_FOUND"),
        ({"user_id": 10**17}, 403, "PERMISSION_DENIED"),
    ],
)
def test_of_a_list_with_one_mistake_nothing_is_stored(
    dee: Person, track_id: int, wrong: dict[str, Any], status: int, code: str
):
    before, one = dee.activities(), {"track_id": track_id, "activity_type": "play"}

    answer = dee.post([one, one, {**one, **wrong}])

    details = refused(answer, status, code)
    if status == 400:
        assert list(details) == ["2.activity_type"]
    assert dee.activities() == before


# --- Refusals ----------------------------------------------------------------------------------------


def test_who_is_not_logged_in(client: httpx.Client, ada: httpx.Client, track_id: int):
    """A guest isn't either. And whatever is sent, that comes first."""
    for http in (client, ada):
        for body in ({"track_id": track_id, "activity_type": "play"}, {}, []):
            refused(http.post(ACTIVITY, json=body), 401, "NOT_AUTHENTICATED")


def test_for_somebody_else(dee: Person, eli: Person, staff: httpx.Client, track_id: int):
    body = {"user_id": eli.user_id, "track_id": track_id, "activity_type": "play"}

    refused(dee.post(body), 403, "PERMISSION_DENIED")
    refused(Person(staff).post(body), 403, "PERMISSION_DENIED")

    assert eli.activities() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "activity_type"),
        ({"activity_type": "dance"}, "activity_type"),
        ({"activity_type": None}, "activity_type"),
        ({"activity_type": ["play"]}, "activity_type"),
        ({"activity_type": "play", "interaction": "skip"}, "activity_type"),
        ({"activity_type": "play", "track_id": None}, "track_id"),
        ({"activity_type": "play", "track_id": "1"}, "track_id"),
        ({"activity_type": "play", "track_id": 0}, "track_id"),
        ({"activity_type": "play", "recommendation_id": 5}, "track_id"),
        ({"activity_type": "play", "user_id": "me"}, "user_id"),
        ({"activity_type": "play", "context": []}, "context"),
        ({"activity_type": "play", "context": None}, "context"),
        ({"activity_type": "play", "context": {"x": "\0"}}, "context"),
        ({"activity_type": "play", "context": {"\0": 1}}, "context"),
        ({"activity_type": "play", "context": {"x": [{"y": "\ud800"}]}}, "context"),
        ({"activity_type": "play", "context": {"x": 1e16}}, "context"),
        ({"activity_type": "play", "context": {"x": 10**40}}, "context"),
        ({"activity_type": "play", "context": context_of(MAX_CONTEXT_BYTES + 1)}, "context"),
        ({"activity_type": "play", "occurred_at": None}, "occurred_at"),
        ({"activity_type": "play", "occurred_at": "yesterday"}, "occurred_at"),
        ({"activity_type": "play", "occurred_at": 1764842400}, "occurred_at"),
        ({"activity_type": "play", "occurred_at": "1979-12-31T23:59:59Z"}, "occurred_at"),
        ({"activity_type": "play", "occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"activity_type": "play", "occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
    ],
    ids=str,
)
def test_what_makes_no_sense(dee: Person, track_id: int, body: dict[str, Any], field: str):
    before = dee.activities()

    refused(dee.post({"track_id": track_id, **body}), 400, "VALIDATION_ERROR", field)

    assert dee.activities() == before


@pytest.mark.parametrize("body", ["play", 5, None, ["play"], [[]]])
def test_what_is_no_activity(dee: Person, body: Any):
    refused(dee.post(body), 400, "VALIDATION_ERROR")


def test_without_a_track(dee: Person):
    refused(dee.post({"activity_type": "play"}), 400, "VALIDATION_ERROR", "track_id")


def test_what_is_not_there(dee: Person):
    """No recommendation is known as long as nothing recommends."""
    unknown_track = refused(dee.post({"track_id": 10**17, "activity_type": "play"}), 404, "NOT_FOUND")
    unknown = refused(dee.post({"recommendation_id": 10**17, "activity_type": "play"}), 404, "NOT_FOUND")

    assert (unknown_track, unknown) == ({"track_id": 10**17}, {"recommendation_id": 10**17})


def test_a_context_comes_back_as_it_was(dee: Person, track_id: int):
    contexts: list[dict[str, Any]] = [
        {},
        {"a": [1, 2.5, -3, True, None, {"ä": "💃"}], "b": {}},
        {"most": 1e15, "least": -1e15, "tiny": 1e-9},
        context_of(MAX_CONTEXT_BYTES),
    ]
    for context in contexts:
        stored = dee.tell({"track_id": track_id, "activity_type": "play", "context": context})
        assert stored["context"] == context


def test_one_does_not_read_it(client: httpx.Client, dee: Person):
    for http in (client, dee.http):
        refused(http.get(ACTIVITY), 405, "METHOD_NOT_ALLOWED")
