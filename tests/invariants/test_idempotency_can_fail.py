"""The checks of I7 fail when the law is broken: doctored calls and logs, no server."""

from dataclasses import replace
from typing import Any

import pytest

from tests.invariants import invariants
from tests.invariants.named_writes import JOIN, Call, Write

ADD = Write("add", "POST", "/a/", {"track_id": 5})
REMOVE = Write("remove", "DELETE", "/a/1/")
NOT_AGAIN = b'{"error": {"code": "IDEMPOTENCY_KEY_REUSED"}}'


def call(write: Write = ADD, status: int = 201, body: bytes = b'{"id": 1}', **fields: Any) -> Call:
    return Call(**{"caller": "Ada", "key": "k", "write": write, "status": status, "body": body, **fields})


FIRST = call(headers={"content-type": "application/json", "location": "/a/1/"})
AGAIN = replace(FIRST, is_replay=True)


def joined(guest_id: str, token: str, **fields: Any) -> Call:
    body = f'{{"guest_id": "{guest_id}", "token": "{token}"}}'.encode()
    return call(Write(JOIN, "POST", "/g/"), 201, body, **fields)


@pytest.mark.parametrize(
    "calls",
    [
        [FIRST, AGAIN, AGAIN],
        [FIRST, call(REMOVE, 422, NOT_AGAIN), AGAIN],
        [FIRST, replace(FIRST, caller="Bo"), replace(FIRST, key="l")],
        [call(status=404), call(status=404, is_replay=True)],
        [call(status=400), call(status=429), call(REMOVE, 204, b""), call(REMOVE, 204, b"", is_replay=True)],
        [joined("g", "one"), joined("g", "two", is_replay=True)],
    ],
)
def test_lawful_calls_pass(calls: list[Call]) -> None:
    invariants.check_i7_done_once(calls)


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param([FIRST, FIRST], id="done again"),
        pytest.param([FIRST, replace(AGAIN, body=b'{"id": 2}')], id="another body"),
        pytest.param([FIRST, replace(AGAIN, status=200)], id="another status"),
        pytest.param([FIRST, replace(AGAIN, headers={})], id="other headers"),
        pytest.param([AGAIN], id="an answer again to nobody"),
        pytest.param([FIRST, replace(AGAIN, caller="Bo")], id="somebody else's answer"),
        pytest.param([FIRST, call(REMOVE, 204, b"")], id="another request is done"),
        pytest.param(
            [FIRST, call(REMOVE, 201, FIRST.body, is_replay=True)], id="another request, its answer"
        ),
        pytest.param([call(status=409), call(status=409)], id="a rule is asked again"),
        pytest.param([call(status=400), call(status=400, is_replay=True)], id="kept what may try again"),
        pytest.param([joined("g", "one"), joined("h", "one", is_replay=True)], id="another guest"),
    ],
)
def test_i7_fails(calls: list[Call]) -> None:
    with pytest.raises(AssertionError):
        invariants.check_i7_done_once(calls)


def test_i7_fails_for_a_write_that_is_told_in_two_places() -> None:
    events = [{"op_id": op_id} for op_id in ("a", "a", None, "b", None)]
    invariants.check_i7_told_once(events)
    with pytest.raises(AssertionError, match="two places"):
        invariants.check_i7_told_once([*events, {"op_id": "a"}])
