"""Who may read /metrics, what is there, and what counting costs on the way to many sockets."""

from pathlib import Path

import pytest
from django.test import Client
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from core import metrics

ELSEWHERE = "203.0.113.7"
PROJECT = Path(__file__).resolve().parents[3]
# What runs for each event or for each socket that gets it.
ON_THE_WAY = ("feed", "connection", "consumers", "hub", "publishing")


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


@pytest.mark.parametrize(("method", "counted"), [("POST", "POST"), ("BREW", "other")])
def test_they_are_read_only_and_a_request_is_counted_without_what_was_asked(
    method: str, counted: str
) -> None:
    labels = {"method": counted, "view": "metrics", "status": "405"}
    before = REGISTRY.get_sample_value("tutti_http_requests_total", labels) or 0
    answer = Client(enforce_csrf_checks=True).generic(method, "/metrics?token=sesame")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert REGISTRY.get_sample_value("tutti_http_requests_total", labels) == before + 1


def test_the_docs_name_every_metric_and_nothing_else() -> None:
    values = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
    declared = {value._name for value in values if not value._labelvalues}
    rows = (PROJECT / "docs" / "operations.md").read_text().splitlines()
    assert declared
    assert declared == {
        row.split("`")[1].removesuffix("_total") for row in rows if row.startswith("| `tutti_")
    }


@pytest.mark.parametrize("module", ON_THE_WAY)
def test_labels_are_never_looked_up_on_the_way_to_sockets(module: str) -> None:
    assert ".labels(" not in (PROJECT / "backend" / "apps" / "realtime" / f"{module}.py").read_text()
