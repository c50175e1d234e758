"""JSON bodies are read strictly: size, depth, numbers, text."""

import io
import json
import math
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from core.errors import MalformedJson, PayloadTooLarge
from core.names import NameField
from core.parsing import JsonParser, parsed_json

MIB = 1024 * 1024
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@given(json_values)
def test_what_is_json_is_read_as_what_it_says(value: Any):
    text = json.dumps(value)
    assert parsed_json(text) == value
    assert parsed_json(text.encode()) == value


def nested(levels: int, *, kind: str) -> str:
    opening, closing = ("[", "]") if kind == "list" else ('{"a":', "}")
    return opening * levels + ("" if kind == "list" else "1") + closing * levels


@pytest.mark.parametrize("kind", ["list", "object"])
def test_32_levels_are_read_and_33_are_not(kind: str):
    parsed_json(nested(32, kind=kind))
    with pytest.raises(MalformedJson, match="32 levels"):
        parsed_json(nested(33, kind=kind))


def test_an_empty_level_counts_like_a_full_one():
    parsed_json("[" * 31 + "{}" + "]" * 31)
    with pytest.raises(MalformedJson):
        parsed_json("[" * 32 + "{}" + "]" * 32)


def test_a_wide_body_is_not_a_deep_one():
    assert len(parsed_json(json.dumps([[[]]] * 1000))) == 1000


@pytest.mark.parametrize("text", ["[" * 500_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000])
def test_no_nesting_exhausts_the_stack(text: str):
    with pytest.raises(MalformedJson):
        parsed_json(text)


def test_a_body_may_have_1_mib_and_no_byte_more():
    body = b'"' + b"a" * (MIB - 2) + b'"'
    assert len(parsed_json(body)) == MIB - 2
    with pytest.raises(PayloadTooLarge):
        parsed_json(body + b" ")


def test_the_size_is_told_before_the_content_is_looked_at():
    with pytest.raises(PayloadTooLarge):
        parsed_json(b"\xff" * (MIB + 1))


def test_the_parser_reads_no_more_of_the_body_than_it_may():
    stream = io.BytesIO(b" " * 5 * MIB)
    with pytest.raises(PayloadTooLarge):
        JsonParser().parse(stream)
    assert stream.tell() == MIB + 1


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "[NaN]", '{"a": -Infinity}', "1e400", "-1e400", "[1E999]"]
)
def test_a_number_that_is_none_is_refused(text: str):
    with pytest.raises(MalformedJson):
        parsed_json(text)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?", fullmatch=True))
def test_every_number_is_finite_or_refused(text: str):
    try:
        number = parsed_json(text)
    except MalformedJson:
        return
    assert math.isfinite(number)


def test_an_integer_may_be_huge_but_not_endless():
    assert parsed_json("9" * 100) == 10**100 - 1
    with pytest.raises(MalformedJson):
        parsed_json("9" * (sys.get_int_max_str_digits() + 1))


@pytest.mark.parametrize(
    "body",
    [
        b'"\xff"',
        b'{"name": "\xc3"}',
        b'"\xed\xa0\x80"',
        '{"name": "Ada"}'.encode("utf-16"),
        '{"name": "Ada"}'.encode("utf-32-le"),
    ],
    ids=["no byte of UTF-8", "cut off", "a surrogate", "UTF-16", "UTF-32"],
)
def test_bytes_that_are_not_utf_8_are_refused(body: bytes):
    with pytest.raises(MalformedJson):
        parsed_json(body)


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\udfff"', '"Ada \\ud83d"'])
def test_half_a_character_in_an_escape_is_read_so_that_a_field_can_refuse_it_by_name(text: str):
    name = parsed_json(text)
    with pytest.raises(ValidationError):
        NameField().run_validation(name)


def test_a_whole_character_in_two_escapes_is_read():
    assert parsed_json('"\\ud83c\\udfb5"') == "🎵"


@pytest.mark.parametrize(
    "text", ["", " ", "{", "[1,]", "{'a': 1}", "{a: 1}", "01", "+1", "tru", "1 2", "\ufeff1"]
)
def test_what_is_not_json_is_refused(text: str):
    with pytest.raises(MalformedJson):
        parsed_json(text)
