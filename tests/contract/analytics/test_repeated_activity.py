"""An activity that is sent again under its `Idempotency-Key` counts once, also when both arrive at once."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.contract.analytics.people import Person
from tests.contract.conftest import client_of
from tests.contract.refusals import refused
from tests.processes import TuttiServer

AT_ONCE = 6
REPLAYED = "Idempotency-Replayed"


@pytest.fixture
def key() -> str:
    return secrets.token_hex(8)


@pytest.fixture(params=["one", "list"])
def body(request: pytest.FixtureRequest, track_id: int) -> Any:
    one = {"track_id": track_id, "activity_type": "play"}
    return one if request.param == "one" else [one, {**one, "activity_type": "like"}]


def length(body: Any) -> int:
    return len(body) if isinstance(body, list) else 1


def test_again_it_counts_once(dee: Person, body: Any, key: str):
    before = dee.activities()

    first, again = dee.post(body, key=key), dee.post(body, key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert (REPLAYED in first.headers, again.headers.get(REPLAYED)) == (False, "true")
    assert again.content == first.content
    assert dee.activities() == before + length(body)


def test_many_at_once_count_once(server: TuttiServer, dee: Person, body: Any, key: str):
    before, start = dee.activities(), threading.Barrier(AT_ONCE)

    def send(_number: int) -> httpx.Response:
        with client_of(server, cookies=dict(dee.http.cookies)) as line:
            start.wait(timeout=10)
            return Person(line).post(body, key=key)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(AT_ONCE)))

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum(REPLAYED in answer.headers for answer in answers) == AT_ONCE - 1
    assert dee.activities() == before + length(body)


def test_without_a_key_each_counts(dee: Person, body: Any):
    before = dee.activities()

    dee.tell(body)
    dee.tell(body)

    assert dee.activities() == before + 2 * length(body)


def test_somebody_elses_key_is_another(dee: Person, eli: Person, body: Any, key: str):
    before = dee.activities(), eli.activities()

    for person in (dee, eli):
        assert REPLAYED not in person.post(body, key=key).headers

    assert (dee.activities(), eli.activities()) == tuple(count + length(body) for count in before)


def test_the_key_of_something_else(dee: Person, track_id: int, key: str):
    dee.post({"track_id": track_id, "activity_type": "play"}, key=key)
    before = dee.activities()

    answer = dee.post({"track_id": track_id, "activity_type": "skip"}, key=key)

    refused(answer, 422, "IDEMPOTENCY_KEY_REUSED")
    assert dee.activities() == before
