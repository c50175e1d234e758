"""Wide limits and names of writes hold wherever the installation is mounted, whatever the path is called."""

from typing import Any

import pytest
from django.test import Client

from core.limits import NAMED_WRITES, REQUESTS_OF_CALLER
from core.models import KeptAnswer
from core.rate_limits import count_against

pytestmark = pytest.mark.django_db

BELOW: dict[str, Any] = {"SCRIPT_NAME": "/party"}


@pytest.fixture(autouse=True)
def two_a_minute(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 2 / REQUESTS_OF_CALLER.max_calls


@pytest.mark.parametrize("mounted", [{}, BELOW], ids=["at the root", "below a path"])
def test_the_third_request_of_two_is_refused(mounted: dict[str, Any]):
    statuses = [Client().get("/api/rooms/", **mounted).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("path", ["/last-updated/pop/", "/admin/", "/admin/login/", "/nothing"])
def test_what_is_not_below_api_is_counted_too(path: str):
    assert [Client().get(path).status_code == 429 for _ in range(3)] == [False, False, True]


def test_a_password_is_guessed_at_no_form_of_the_admin_without_being_counted():
    statuses = [Client().post("/admin/password_change/").status_code for _ in range(2)]
    assert statuses[1] == 429


def test_a_login_below_a_path_is_counted():
    statuses = [Client().post("/admin/login/", **BELOW).status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_named_writes_of_an_address_are_limited_since_each_is_stored(settings):
    settings.RATE_LIMIT_FACTOR = 0.01
    for _ in range(NAMED_WRITES.max_calls // 100):
        count_against(NAMED_WRITES, "127.0.0.1")
    stop = "/api/playlist/stop/"
    assert Client().post(stop, headers={"Idempotency-Key": "k"}).status_code == 429
    assert Client().post(stop).status_code == 200


def test_a_write_below_a_path_has_a_name():
    ask: dict[str, Any] = {"data": {"name": "Kitchen"}, "content_type": "application/json"}
    token = Client().post("/api/guests/", **ask, **BELOW).json()["token"]
    headers = {"Idempotency-Key": "k", "X-Guest-Token": token}
    for _ in range(2):
        answer = Client().post("/api/rooms/", **ask, headers=headers, **BELOW)
        assert answer.status_code == 201
    assert answer["Idempotency-Replayed"] == "true"
    assert KeptAnswer.objects.count() == 1


def test_a_write_below_a_path_from_another_origin_is_refused():
    answer = Client().post("/api/playlist/stop/", headers={"Origin": "https://evil.example"}, **BELOW)
    assert answer.status_code == 403


def test_preflights_are_not_counted_but_every_other_request_with_options_is():
    """As docs/protocol.md says."""
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    preflights = [Client().options("/api/rooms/", headers=asked).status_code for _ in range(5)]
    assert preflights == [200] * 5
    assert [Client().options("/api/rooms/").status_code for _ in range(3)][-1] == 429
