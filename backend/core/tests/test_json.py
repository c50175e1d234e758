"""JSON, ids in addresses and names: they say what they hold, and come back as they were."""

import json
import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from core.errors import MalformedJson
from core.fields import IdConverter, NameField, ShownNameField
from core.json_codec import JsonRenderer, instant_text, json_bytes, json_text, milliseconds_text, parsed_json

NOON = datetime(2025, 12, 4, 12, 0, 0, tzinfo=UTC)
CONVERTER = IdConverter()
NAME, SHOWN = NameField(max_length=50), ShownNameField(max_length=50)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


class Place(msgspec.Struct, frozen=True):
    id: int
    position: float
    at: datetime | None


# --- Read --------------------------------------------------------------------------------------------


@given(json_values)
def test_valid_json_is_decoded_to_its_value(value: Any):
    text = json.dumps(value)
    assert parsed_json(text) == value
    assert parsed_json(text.encode()) == value


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?", fullmatch=True))
def test_numbers_are_finite_or_rejected(text: str):
    try:
        number = parsed_json(text)
    except MalformedJson:
        return
    assert math.isfinite(number)


# --- Written -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((1.0, "1.0"), (-1.5, "-1.5"), (1, "1"), (True, "true"), (None, "null"), ("Beyoncé", '"Beyoncé"')),
        (NOON.replace(microsecond=789000), '"2025-12-04T12:00:00.789000Z"'),
        ([Place(12, 1.0, NOON)], '[{"id":12,"position":1.0,"at":"2025-12-04T12:00:00Z"}]'),
        ({"a": [1, 2.5]}, '{"a":[1,2.5]}'),
    ],
)
def test_values_are_encoded_alike_in_responses_and_events(value: object, text: str):
    assert json_text(value) == text
    assert json_bytes(value) == text.encode()
    assert JsonRenderer().render(value) == (b"" if value is None else text.encode())


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_and_positions_survive_encoding(number: float):
    back = json.loads(json_text(number))
    assert back == number
    assert isinstance(back, float) or abs(number) > 1e15


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_in_utc_end_with_z_and_survive_encoding(moment: datetime):
    text = json.loads(json_text(moment))
    assert text == instant_text(moment)
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == moment


def test_times_of_any_zone_are_encoded_in_utc():
    noon_in_berlin = datetime(2025, 12, 4, 13, 0, 0, 5000, tzinfo=timezone(timedelta(hours=1)))
    assert instant_text(noon_in_berlin) == "2025-12-04T12:00:00.005000Z"
    assert milliseconds_text(noon_in_berlin) == "2025-12-04T12:00:00.005Z"
    assert milliseconds_text(NOON) == "2025-12-04T12:00:00.000Z"


# --- Ids in addresses, which fit the databases' ids --------------------------------------------------


@given(st.integers(0, 10**18 - 1))
def test_ids_survive_encoding(number: int):
    text = CONVERTER.to_url(number)
    assert re.fullmatch(CONVERTER.regex, text)
    assert CONVERTER.to_python(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1" * 19, "a", "٣", " 1"])
def test_text_that_is_no_id_matches_no_url(text: str):
    assert not re.fullmatch(CONVERTER.regex, text)


# --- Names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Çelik", "DJ Иван", "はなこ 花子 Hana", "👩\u200d👩\u200d👧", "O'Ñeill 2 Ёж2", "5µm"]
)
@pytest.mark.parametrize("sign", ["", " ❤\ufe0f", " 1\ufe0f\u20e3", " 辻\U000e0100"])
def test_names_in_any_single_alphabet_are_valid(name: str, sign: str):
    assert SHOWN.run_validation(name + sign) == name + sign


@pytest.mark.parametrize(
    "name",
    [
        *("Ow\u200bner", "\u202eadA", "\u00ad", "\u3164", "a\u200db", "👩\u200d", "\U000e0041", "a\nb"),
        *("Ada\ufe0f", "Ada\u034f", "A\u180bda", "Ada\U000e0100", "1\ufe0f", "\u17b5", "Ada\u2065"),
        *("\u0430lice", "Alic\u0435", "\u0391da", "x \u0430dmin", "\u04301ice", "\u0430\u0301lice"),
    ],
)
def test_names_that_imitate_others_are_rejected(name: str):
    with pytest.raises(ValidationError):
        SHOWN.run_validation(name)


@given(st.text(max_size=60))
def test_valid_names_have_no_line_breaks(text: str):
    try:
        name = NAME.run_validation(text)
    except ValidationError:
        return
    assert len(name.splitlines()) == 1
    assert 0 < len(name) <= 50
    assert name == name.strip()
    name.encode()
