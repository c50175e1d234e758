"""JSON is written the same way for answers and events."""

import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.instants import instant_text, milliseconds_text
from core.rendering import JsonRenderer, json_bytes, json_text

NOON = datetime(2025, 12, 4, 12, 0, 0, tzinfo=UTC)


class Place(msgspec.Struct, frozen=True):
    id: int
    position: float
    at: datetime | None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (0.0, "0.0"),
        (-1.5, "-1.5"),
        (1, "1"),
        (True, "true"),
        (None, "null"),
        ("Beyoncé", '"Beyoncé"'),
        (NOON, '"2025-12-04T12:00:00Z"'),
        (NOON.replace(microsecond=789000), '"2025-12-04T12:00:00.789000Z"'),
        ([], "[]"),
        ({"a": [1, 2.5]}, '{"a":[1,2.5]}'),
        (Place(12, 1.0, NOON), '{"id":12,"position":1.0,"at":"2025-12-04T12:00:00Z"}'),
        ([Place(1, -1.5, None)], '[{"id":1,"position":-1.5,"at":null}]'),
    ],
)
def test_each_kind_of_value_has_one_text(value: object, text: str):
    assert json_text(value) == text
    assert json_bytes(value) == text.encode()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_comes_back_the_same_and_a_position_as_a_float(number: float):
    back = json.loads(json_text(number))
    assert back == number
    assert isinstance(back, float) or abs(number) > 1e15


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_in_utc_ends_with_z_and_comes_back_the_same(moment: datetime):
    text = json.loads(json_text(moment))
    assert text == instant_text(moment)
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == moment


def test_instants_as_text_are_in_utc_whatever_their_zone():
    noon_in_berlin = datetime(2025, 12, 4, 13, 0, 0, 5000, tzinfo=timezone(timedelta(hours=1)))
    assert instant_text(noon_in_berlin) == "2025-12-04T12:00:00.005000Z"
    assert milliseconds_text(noon_in_berlin) == "2025-12-04T12:00:00.005Z"
    assert milliseconds_text(NOON) == "2025-12-04T12:00:00.000Z"
    assert instant_text(NOON) == "2025-12-04T12:00:00Z"


def test_the_renderer_writes_what_the_events_write_and_of_nothing_nothing():
    place = Place(12, 1.0, NOON)
    assert JsonRenderer().render(place) == json_bytes(place)
    assert JsonRenderer().render(None) == b""
