"""Who may read /metrics."""

import pytest
from django.test import Client

ELSEWHERE = "203.0.113.7"


def status(address: str = "127.0.0.1", **headers: str) -> int:
    return Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_read_them(address: str) -> None:
    answer = Client(REMOTE_ADDR=address).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert b"tutti_events_delivered_total" in answer.content


@pytest.mark.parametrize("address", [ELSEWHERE, "192.168.1.5", "2001:db8::7", "unknown", ""])
def test_others_may_not_and_are_told_in_the_one_shape(address: str) -> None:
    answer = Client(REMOTE_ADDR=address).get("/metrics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("proxies", [0, 1, 2, 3])
def test_a_proxy_on_this_machine_does_not_open_them_and_no_made_up_address_does(
    settings, proxies: int
) -> None:
    settings.TRUSTED_PROXIES = proxies
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"):
        assert status(**{header: ELSEWHERE}) == 403
    assert status(**{"X-Forwarded-For": f"127.0.0.1, {ELSEWHERE}"}) == 403
    assert status(ELSEWHERE, **{"X-Forwarded-For": "127.0.0.1"}) == 403


def test_this_machine_through_its_own_proxy_may_read_them(settings) -> None:
    settings.TRUSTED_PROXIES = 1
    assert status(**{"X-Forwarded-For": "127.0.0.1"}) == 200


@pytest.mark.parametrize(
    ("token", "shown", "wanted"),
    [
        *(("sesame", shown, 200) for shown in ("Bearer sesame", "bearer sesame")),
        *(("sesame", shown, 403) for shown in ("Bearer open", "Bearer ", "sesame")),
        *(("", shown, 403) for shown in ("Bearer", "Bearer ", "Bearer None")),
    ],
)
def test_the_token_opens_them_from_elsewhere(settings, token: str, shown: str, wanted: int) -> None:
    settings.METRICS_TOKEN = token
    assert status(ELSEWHERE, Authorization=shown) == wanted


def test_they_are_read_only() -> None:
    answer = Client(enforce_csrf_checks=True).post("/metrics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
