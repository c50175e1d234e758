"""What a client may ask over its socket, read strictly."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime.commands import (
    MAX_SEQ,
    Identify,
    Ping,
    Resume,
    TakeSnapshot,
    UnknownType,
    command_from,
    position_from,
)
from apps.realtime.frames import Position
from core.errors import ApiError, InvalidInput, MalformedJson


def command(**frame: Any) -> object:
    return command_from(json.dumps(frame))


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"type": "ping"}, Ping("")),
        ({"type": "ping", "ts": None}, Ping("null")),
        ({"type": "ping", "ts": 5, "more": 1}, Ping("5")),
        ({"type": "ping", "ts": "a" * 198}, Ping('"' + "a" * 198 + '"')),
        ({"type": "resume", "epoch": "e", "since": 0}, Resume(Position("e", 0))),
        ({"type": "resume", "epoch": "e" * 64, "since": MAX_SEQ}, Resume(Position("e" * 64, MAX_SEQ))),
        ({"type": "snapshot"}, TakeSnapshot()),
        ({"type": "identify", "guest_token": "t"}, Identify(field="guest_token", token="t")),
        ({"type": "identify", "access": "t"}, Identify(field="access", token="t")),
    ],
)
def test_what_is_known_is_read(frame: dict[str, Any], expected: object):
    assert command(**frame) == expected


def test_bytes_are_read_like_text():
    assert command_from(b'{"type": "ping"}') == Ping("")


@pytest.mark.parametrize("data", ["", "{", "ping", b"\xff", '{"type": NaN}', '{"type": "ping", "ts": 1e400}'])
def test_what_is_not_json_is_malformed(data: str | bytes):
    with pytest.raises(MalformedJson):
        command_from(data)


@pytest.mark.parametrize("data", ["[]", "5", '"ping"', "null", "true"])
def test_a_frame_is_an_object(data: str):
    with pytest.raises(InvalidInput):
        command_from(data)


@pytest.mark.parametrize(
    "frame", [{}, {"type": "pong"}, {"type": 5}, {"type": None}, {"type": ["ping"]}, {"Type": "ping"}]
)
def test_another_type_is_unknown(frame: dict[str, Any]):
    with pytest.raises(UnknownType) as refusal:
        command_from(json.dumps(frame))
    assert refusal.value.code == "UNKNOWN_TYPE"


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({"type": "ping", "ts": "a" * 199}, "ts"),
        ({"type": "ping", "ts": "é" * 40}, "ts"),
        ({"type": "resume", "epoch": "e"}, "since"),
        ({"type": "resume", "since": 1}, "epoch"),
        ({"type": "resume", "epoch": "e", "since": "1"}, "since"),
        ({"type": "resume", "epoch": "e", "since": -1}, "since"),
        ({"type": "resume", "epoch": "e", "since": 1.0}, "since"),
        ({"type": "resume", "epoch": "e", "since": True}, "since"),
        ({"type": "resume", "epoch": "e", "since": MAX_SEQ + 1}, "since"),
        ({"type": "resume", "epoch": "", "since": 1}, "epoch"),
        ({"type": "resume", "epoch": "e" * 65, "since": 1}, "epoch"),
        ({"type": "resume", "epoch": "a\nb", "since": 1}, "epoch"),
        ({"type": "resume", "epoch": 5, "since": 1}, "epoch"),
        ({"type": "identify"}, "guest_token"),
        ({"type": "identify", "guest_token": ""}, "guest_token"),
        ({"type": "identify", "guest_token": 5}, "guest_token"),
        ({"type": "identify", "access": ""}, "access"),
        ({"type": "identify", "access": None}, "access"),
        ({"type": "identify", "access": "t", "guest_token": "t"}, "access"),
    ],
)
def test_nonsense_is_refused_by_name(frame: dict[str, Any], field: str):
    with pytest.raises(InvalidInput) as refusal:
        command(**frame)
    assert list(refusal.value.details) == [field]


@given(st.text() | st.binary())
def test_whatever_comes_is_a_command_or_an_error_with_a_code(data: str | bytes):
    code = "none"
    try:
        command_from(data)
    except ApiError as error:
        code = error.code
    assert code in {"none", "MALFORMED_JSON", "UNKNOWN_TYPE", "VALIDATION_ERROR"}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_a_ping_s_ts_comes_back_the_same(ts: object):
    try:
        ping = command(type="ping", ts=ts)
    except InvalidInput:
        assert len(json.dumps(ts)) > 200
        return
    assert isinstance(ping, Ping)
    assert json.loads(ping.ts) == ts


@pytest.mark.parametrize(("since", "number"), [("0", 0), ("17", 17), (17, 17), ("9007199254740992", MAX_SEQ)])
def test_in_an_address_a_number_is_text(since: Any, number: int):
    assert position_from(epoch="e", since=since) == Position("e", number)


@pytest.mark.parametrize("since", [None, "", "-1", "1.5", " 1", "١", "9" * 17, "9007199254740993", "1_0"])
def test_in_an_address_nothing_else_is_a_number(since: Any):
    with pytest.raises(InvalidInput):
        position_from(epoch="e", since=since)
