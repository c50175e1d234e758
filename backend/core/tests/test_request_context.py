"""What belongs to one request: its id in the answer and the log, its op id in the events."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.operations import OperationMiddleware
from core.request_context import (
    NOTHING_KNOWN,
    RequestContext,
    RequestContextMiddleware,
    request_context,
    request_id_from,
    within_operation,
    within_request,
)


def test_outside_of_a_request_nothing_is_known():
    assert request_context() == NOTHING_KNOWN == RequestContext(request_id="-", op_id=None)


def test_a_request_is_known_within_and_not_after():
    with within_request(request_id="r-1", op_id="op-1"):
        assert request_context() == RequestContext("r-1", "op-1")
    assert request_context() == NOTHING_KNOWN


def test_it_ends_with_an_error_too():
    with pytest.raises(ZeroDivisionError), within_request(request_id="r-1"):
        raise ZeroDivisionError
    assert request_context() == NOTHING_KNOWN


def test_an_operation_keeps_the_request_s_id():
    with within_request(request_id="r-1"):
        with within_operation("op-1"):
            assert request_context() == RequestContext("r-1", "op-1")
        assert request_context() == RequestContext("r-1", None)


def test_another_thread_has_a_context_of_its_own():
    seen: list[RequestContext] = []
    with within_request(request_id="r-1"):
        thread = threading.Thread(target=lambda: seen.append(request_context()))
        thread.start()
        thread.join()
    assert seen == [NOTHING_KNOWN]


@pytest.mark.parametrize("given_id", ["a", "A-z_0.9", "x" * 64])
def test_a_usable_id_of_a_proxy_is_kept(given_id: str):
    assert request_id_from(given_id) == given_id


@given(st.none() | st.text())
def test_every_request_has_an_id_that_is_safe_in_a_log(given_id: str | None):
    request_id = request_id_from(given_id)
    assert 1 <= len(request_id) <= 64
    assert request_id.replace("-", "").replace("_", "").replace(".", "").isalnum() or request_id == given_id
    assert request_id.isascii()
    assert "\n" not in request_id


@pytest.mark.parametrize("given_id", [None, "", "x" * 65, "a b", "a\nb", "a\n", "é", "<b>"])
def test_another_id_is_replaced_by_one_of_ours(given_id: str | None):
    first, second = request_id_from(given_id), request_id_from(given_id)
    assert given_id != first != second
    assert len(first) == 32


def test_the_answer_carries_the_id_that_was_known_within():
    seen: list[str] = []

    def view(_request: Any) -> HttpResponse:
        seen.append(request_context().request_id)
        return HttpResponse()

    answer = RequestContextMiddleware(view)(RequestFactory().get("/", headers={"X-Request-ID": "r-7"}))
    assert (answer["X-Request-ID"], seen) == ("r-7", ["r-7"])


# --- Naming a write ----------------------------------------------------------------------------------


def op_id_of(method: str, key: str | None) -> tuple[int, str | None]:
    """The answer's status, and the op id that the view knew."""
    seen: list[str | None] = []

    def view(_request: Any) -> HttpResponse:
        seen.append(request_context().op_id)
        return HttpResponse(status=204)

    # Each call is another caller's: a key that its caller has used before would not reach the view.
    headers = {"User-Agent": uuid4().hex} | ({} if key is None else {"Idempotency-Key": key})
    answer = OperationMiddleware(view)(RequestFactory().generic(method, "/api/rooms/", headers=headers))
    return answer.status_code, seen[0] if seen else None


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_key_of_a_write_is_its_op_id(method: str):
    assert op_id_of(method, "vote-12") == (204, "vote-12")
    assert op_id_of(method, None) == (204, None)


def test_reading_has_no_op_id():
    assert op_id_of("GET", "vote-12") == (204, None)
    assert op_id_of("GET", "é" * 100) == (204, None)


@pytest.mark.django_db
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=64))
def test_every_printable_ascii_text_up_to_64_is_a_key(key: str):
    assert op_id_of("POST", key) == (204, key)


@pytest.mark.parametrize("key", ["", "x" * 65, "a\tb", "é", "a\x00", "a\n"])
def test_another_key_is_refused_by_name(key: str):
    assert op_id_of("POST", key) == (400, None)


@pytest.mark.django_db
def test_no_op_id_is_left_behind():
    op_id_of("POST", "vote-12")
    assert request_context() == NOTHING_KNOWN
