"""Access to /metrics, its content, and the cost of counting per socket."""

from pathlib import Path

import pytest
from django.test import Client
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from core import metrics

ELSEWHERE = "203.0.113.7"
PROJECT = Path(__file__).resolve().parents[4]
# Modules that run for each event or each socket.
ON_THE_WAY = ("feed", "connection", "consumers", "hub", "publishing")


def status(address: str = "127.0.0.1", **headers: str) -> int:
    return Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_local_clients_may_read_metrics(address: str) -> None:
    response = Client(REMOTE_ADDR=address).get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    assert b"tutti_events_delivered_total" in response.content


@pytest.mark.parametrize("address", [ELSEWHERE, "192.168.1.5", "2001:db8::7", "unknown", ""])
def test_other_clients_receive_the_standard_error(address: str) -> None:
    response = Client(REMOTE_ADDR=address).get("/metrics")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("proxies", [0, 1, 2, 3])
def test_a_local_proxy_and_forged_ip_addresses_grant_no_access(settings, proxies: int) -> None:
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
def test_the_token_grants_access_to_other_machines(settings, token: str, shown: str, wanted: int) -> None:
    settings.METRICS_TOKEN = token
    assert status(ELSEWHERE, Authorization=shown) == wanted


@pytest.mark.parametrize(("method", "counted"), [("POST", "POST"), ("BREW", "other")])
def test_metrics_are_read_only_and_labels_contain_no_request_data(method: str, counted: str) -> None:
    labels = {"method": counted, "view": "metrics", "status": "405"}
    before = REGISTRY.get_sample_value("tutti_http_requests_total", labels) or 0
    response = Client(enforce_csrf_checks=True).generic(method, "/metrics?token=sesame")
    assert (response.status_code, response.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert REGISTRY.get_sample_value("tutti_http_requests_total", labels) == before + 1


def test_the_documents_name_exactly_all_metrics() -> None:
    values = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
    declared = {value._name for value in values if not value._labelvalues}
    rows = (PROJECT / "docs" / "operations.md").read_text().splitlines()
    assert declared
    assert declared == {
        row.split("`")[1].removesuffix("_total") for row in rows if row.startswith("| `tutti_")
    }


@pytest.mark.parametrize("module", ON_THE_WAY)
def test_labels_are_not_looked_up_per_socket(module: str) -> None:
    assert ".labels(" not in (PROJECT / "backend" / "apps" / "realtime" / f"{module}.py").read_text()
