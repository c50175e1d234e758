"""Messages are read strictly, written on one line, and documented as they are."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apps.realtime.event_schema import events_schema
from apps.realtime.messages import MAX_EPOCH_CHARACTERS, MAX_SEQ, command_from, typed_text
from apps.realtime.models import kind_named
from core.errors import ApiError
from core.json_codec import json_bytes

TEXTS = st.text("ab ✓", max_size=3) | st.just("e" * (MAX_EPOCH_CHARACTERS + 1))
NUMBERS = st.integers(-2, 5) | st.sampled_from([MAX_SEQ, MAX_SEQ + 1])
VALUES = TEXTS | NUMBERS | st.none() | st.booleans() | st.lists(st.integers(), max_size=2)
MESSAGES = st.fixed_dictionaries(
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
def client_message() -> Draft202012Validator:
    schema = events_schema([kind_named("playlist"), kind_named("charts")])
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator({**schema, "$ref": "#/$defs/ClientMessage"})


def is_taken(message: Any) -> bool:
    try:
        command_from(json_bytes(message))
    except ApiError:
        return False
    return True


@given(message=MESSAGES)
def test_a_message_is_accepted_if_and_only_if_it_is_valid_by_the_schema(
    client_message: Draft202012Validator, message: Any
) -> None:
    assert is_taken(message) == client_message.is_valid(message)


@given(st.text() | st.binary())
def test_any_input_is_a_command_or_an_error_with_a_code(data: str | bytes):
    code = "none"
    try:
        command_from(data)
    except ApiError as error:
        code = error.code
    assert code in {"none", "MALFORMED_JSON", "UNKNOWN_TYPE", "VALIDATION_ERROR"}


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


@given(json_values)
def test_no_message_contains_a_line_break(payload: object):
    text = typed_text("x", payload)
    assert "\n" not in text
    assert "\r" not in text
    assert json.loads(text) == {"type": "x", "payload": payload}
