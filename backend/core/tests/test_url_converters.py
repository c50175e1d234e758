"""Ids in addresses fit the databases' ids; a longer number is nobody's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.url_converters import IdConverter

converter = IdConverter()


@given(st.integers(0, 10**18 - 1))
def test_an_id_comes_back_the_same(number: int):
    text = converter.to_url(number)
    assert re.fullmatch(converter.regex, text)
    assert converter.to_python(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1" * 19, "a", "٣", " 1"])
def test_what_is_no_id_is_no_address(text: str):
    assert not re.fullmatch(converter.regex, text)
