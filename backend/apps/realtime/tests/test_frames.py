"""Frames are JSON objects of a known shape, made once."""

import json
from datetime import UTC, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime.frames import (
    Established,
    EventFrame,
    Heartbeat,
    error_text,
    established_text,
    event_text,
    pong_text,
    typed_text,
)
from core.errors import InvalidInput, RateLimited

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda children: (
        st.lists(children) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), children)
    ),
    max_leaves=8,
)


def test_an_event_carries_the_stream_s_label_behind_its_payload():
    frame = EventFrame(type="card.added", payload={"a": 1}, epoch="e", seq=7, ts="t", op_id=None)
    assert event_text(label="board", name="main", frame=frame) == (
        '{"type":"card.added","payload":{"a":1},"board":"main","epoch":"e","seq":7,"ts":"t","op_id":null}'
    )


@given(json_values)
def test_no_frame_has_a_line_break_so_it_is_one_line_of_an_event_stream(payload: object):
    text = typed_text("x", payload)
    assert "\n" not in text
    assert "\r" not in text
    assert json.loads(text) == {"type": "x", "payload": payload}


@pytest.mark.parametrize(("seconds", "told"), [(25.0, "25"), (0.5, "0.5"), (1.0, "1")])
def test_the_greeting_tells_whole_seconds_as_whole(seconds: float, told: str):
    established = Established(epoch="e", seq=41, heartbeat_seconds=seconds)
    assert established_text(greeting="Hello", label="board", name="main", established=established) == (
        '{"type":"connection.established","message":"Hello",'
        f'"payload":{{"board":"main","epoch":"e","seq":41,"heartbeat_seconds":{told}}}}}'
    )


def test_a_heartbeat_has_epoch_seq_and_digest():
    text = typed_text("heartbeat", Heartbeat(epoch="e", seq=3, digest="d"))
    assert text == '{"type":"heartbeat","payload":{"epoch":"e","seq":3,"digest":"d"}}'


@time_machine.travel(datetime(2025, 12, 4, 12, 0, tzinfo=UTC), tick=False)
def test_a_pong_gives_back_what_came_or_else_the_server_s_time():
    now = "2025-12-04T12:00:00.000Z"
    assert json.loads(pong_text(ts='{"a":[1]}', seq=5)) == {
        "type": "pong",
        "ts": {"a": [1]},
        "server_ts": now,
        "seq": 5,
    }
    assert json.loads(pong_text(ts="", seq=5))["ts"] == now
    assert json.loads(pong_text(ts="null", seq=5))["ts"] is None


def test_an_error_names_its_fields_in_its_message():
    assert json.loads(error_text(InvalidInput.of("since", "A number is needed."))) == {
        "type": "error",
        "payload": {"code": "VALIDATION_ERROR", "message": "since: A number is needed."},
    }
    assert json.loads(error_text(RateLimited()))["payload"]["message"] == RateLimited.default_message
