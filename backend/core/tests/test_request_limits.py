"""Wide limits and names of writes hold wherever the installation is mounted, whatever the path is called."""

from typing import Any

import pytest
from django.test import Client

from core.limits import REQUESTS_OF_CALLER
from core.models import KeptAnswer

pytestmark = pytest.mark.django_db

BELOW: dict[str, Any] = {"SCRIPT_NAME": "/party"}


@pytest.fixture(autouse=True)
def two_a_minute(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 2 / REQUESTS_OF_CALLER.max_calls


@pytest.mark.parametrize("mounted", [{}, BELOW], ids=["at the root", "below a path"])
def test_the_third_request_of_two_is_refused(mounted: dict[str, Any]):
    statuses = [Client().get("/api/rooms/", **mounted).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_login_below_a_path_is_counted():
    statuses = [Client().post("/admin/login/", **BELOW).status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_a_write_below_a_path_has_a_name():
    ask: dict[str, Any] = {"data": {"name": "Kitchen"}, "content_type": "application/json"}
    for _ in range(2):
        answer = Client().post("/api/rooms/", **ask, headers={"Idempotency-Key": "k"}, **BELOW)
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
