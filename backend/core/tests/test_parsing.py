"""JSON bodies are read strictly: size, depth, numbers, text."""

import io
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MalformedJson, PayloadTooLarge
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


def test_the_size_is_told_before_the_content_is_looked_at():
    with pytest.raises(PayloadTooLarge):
        parsed_json(b"\xff" * (MIB + 1))


def test_the_parser_reads_no_more_of_the_body_than_it_may():
    stream = io.BytesIO(b" " * 5 * MIB)
    with pytest.raises(PayloadTooLarge):
        JsonParser().parse(stream)
    assert stream.tell() == MIB + 1


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?", fullmatch=True))
def test_every_number_is_finite_or_refused(text: str):
    try:
        number = parsed_json(text)
    except MalformedJson:
        return
    assert math.isfinite(number)
