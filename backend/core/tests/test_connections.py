"""A request gives its database connection back, whatever becomes of it."""

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import RequestFactory

from core.connections import ConnectionMiddleware

REQUEST = RequestFactory().get("/")


@pytest.fixture
def closed(monkeypatch) -> list[str]:
    """What was closed, on a database with a pool, outside of any transaction."""
    seen: list[str] = []
    wrapper = connections["default"]
    monkeypatch.setattr(type(wrapper), "vendor", "postgresql")
    monkeypatch.setattr(wrapper, "in_atomic_block", False)
    monkeypatch.setattr(wrapper, "close", lambda: seen.append("closed"))
    return seen


def test_after_the_answer_the_connection_is_given_back(closed):
    answer = ConnectionMiddleware(lambda _request: HttpResponse(status=204))(REQUEST)
    assert (answer.status_code, closed) == (204, ["closed"])


def test_after_an_error_it_is_given_back_as_well(closed):
    with pytest.raises(ZeroDivisionError):
        ConnectionMiddleware(lambda _request: HttpResponse(status=1 // 0))(REQUEST)
    assert closed == ["closed"]


@pytest.mark.parametrize(("name", "value"), [("in_atomic_block", True), ("vendor", "sqlite")])
def test_a_transaction_and_a_connection_that_costs_nobody_anything_stay(
    closed, monkeypatch, name: str, value: object
):
    wrapper = connections["default"]
    monkeypatch.setattr(wrapper, name, value)
    ConnectionMiddleware(lambda _request: HttpResponse())(REQUEST)
    assert closed == []
