"""What belongs to one request: its id in the answer and the log, its op id in the events."""

import re
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.request_context import (
    NOTHING_KNOWN,
    RequestContext,
    request_context,
    request_id_from,
    within_operation,
    within_request,
)


def test_a_request_is_known_within_and_not_after():
    assert request_context() == NOTHING_KNOWN == RequestContext(request_id="-", op_id=None)
    with within_request(request_id="r-1", op_id="op-1"):
        assert request_context() == RequestContext("r-1", "op-1")
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


@given(st.none() | st.text())
def test_every_request_has_an_id_that_is_safe_in_a_log(given_id: str | None):
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", request_id_from(given_id))
