"""The list of metrics, and what counting costs on the way to many sockets."""

from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from core import metrics
from core.request_metrics import RequestMetricsMiddleware

PROJECT = Path(__file__).resolve().parents[3]
DOCUMENT = PROJECT / "docs" / "operations.md"
# What runs for each event or for each socket that gets it.
ON_THE_WAY = ("feed", "connection", "consumers", "hub", "publishing")


def declared() -> list[MetricWrapperBase]:
    values = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
    return [value for value in values if not value._labelvalues]


def test_the_docs_name_every_metric_and_nothing_else() -> None:
    rows = DOCUMENT.read_text().splitlines()
    told = {row.split("`")[1].removesuffix("_total") for row in rows if row.startswith("| `tutti_")}
    assert told
    assert told == {metric._name for metric in declared()}


@pytest.mark.parametrize("module", ON_THE_WAY)
def test_labels_are_never_looked_up_on_the_way_to_sockets(module: str) -> None:
    assert ".labels(" not in (PROJECT / "backend" / "apps" / "realtime" / f"{module}.py").read_text()


@pytest.mark.parametrize(("method", "counted"), [("GET", "GET"), ("BREW", "other")])
def test_a_request_is_counted_without_what_was_asked(method: str, counted: str) -> None:
    labels = {"method": counted, "view": "none", "status": "418"}
    before = REGISTRY.get_sample_value("tutti_http_requests_total", labels) or 0

    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=418)

    RequestMetricsMiddleware(view)(RequestFactory().generic(method, "/api/ada/?token=sesame"))
    assert REGISTRY.get_sample_value("tutti_http_requests_total", labels) == before + 1
