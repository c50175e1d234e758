"""The schema of frames says the same as the code that reads and writes them."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apps.realtime.broadcasting import Broadcast, _payload_type
from apps.realtime.commands import MAX_EPOCH_CHARACTERS, MAX_SEQ, command_from
from apps.realtime.connection import CLOSE_MEANINGS
from apps.realtime.documentation import close_codes, events_schema
from apps.realtime.frames import (
    Established,
    EventFrame,
    Resumed,
    established_text,
    event_text,
    frame_text,
    pong_text,
)
from apps.realtime.kinds import kind_named
from core.errors import ApiError
from core.rendering import json_bytes

TEXTS = st.text("ab ✓", max_size=3) | st.just("e" * (MAX_EPOCH_CHARACTERS + 1))
NUMBERS = st.integers(-2, 5) | st.sampled_from([MAX_SEQ, MAX_SEQ + 1])
VALUES = TEXTS | NUMBERS | st.none() | st.booleans() | st.lists(st.integers(), max_size=2)
FRAMES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["ping", "resume", "snapshot", "identify", "dance"]) | VALUES,
        "ts": VALUES,
        "epoch": VALUES,
        "since": VALUES,
        "guest_token": VALUES,
        "access": VALUES,
    },
)


@pytest.fixture(scope="module")
def client_frame() -> Draft202012Validator:
    schema = events_schema([kind_named("playlist"), kind_named("charts")])
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator({**schema, "$ref": "#/$defs/ClientFrame"})


def is_taken(frame: Any) -> bool:
    try:
        command_from(json_bytes(frame))
    except ApiError:
        return False
    return True


@given(frame=FRAMES)
def test_a_frame_is_taken_when_the_schema_says_so(client_frame: Draft202012Validator, frame: Any) -> None:
    assert is_taken(frame) == client_frame.is_valid(frame)


def test_every_close_code_has_a_meaning() -> None:
    assert set(CLOSE_MEANINGS) == set(close_codes().values())


def test_frames_keep_their_order() -> None:
    event = EventFrame("track.added", {"id": 1}, "k3v9", 42, "2025-12-04T12:34:56.789Z", None)
    told = event_text(label="room", name="main", frame=event)

    assert told == (
        '{"type":"track.added","payload":{"id":1},"room":"main","epoch":"k3v9","seq":42,'
        '"ts":"2025-12-04T12:34:56.789Z","op_id":null}'
    )
    assert frame_text(Resumed("k3v9", 42, recovered=True)) == (
        '{"type":"resumed","payload":{"epoch":"k3v9","seq":42,"recovered":true}}'
    )
    assert pong_text(ts='{"a": 1.0}', seq=3).startswith('{"type":"pong","ts":{"a": 1.0},"server_ts":"')


@pytest.mark.parametrize(("seconds", "told"), [(25.0, "25"), (0.3, "0.3")])
def test_the_greeting_says_whole_seconds_as_such(seconds: float, told: str) -> None:
    established = Established("k3v9", 42, seconds)

    assert established_text(greeting="Hello", label="room", name="main", established=established) == (
        '{"type":"connection.established","message":"Hello",'
        f'"payload":{{"room":"main","epoch":"k3v9","seq":42,"heartbeat_seconds":{told}}}}}'
    )


@pytest.mark.parametrize(
    ("returned", "payload"),
    [
        (Resumed, Resumed),
        (Resumed | Established, Resumed | Established),
        (Iterator[Broadcast[Resumed]], Resumed),
    ],
    ids=str,
)
def test_the_payload_of_an_event_is_what_its_receiver_returns(returned: Any, payload: Any) -> None:
    assert _payload_type(returned) == payload
