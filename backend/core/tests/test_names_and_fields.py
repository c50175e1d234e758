"""Names are trimmed texts on one line; numbers and flags are what JSON says they are."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from core.fields import MAX_ID, FlagField, IdField, NumberField, WholeNumberField
from core.names import NameField, has_unwelcome_characters

name_field = NameField(max_length=50)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("Ada", "Ada"),
        ("  Bo ", "Bo"),
        ("Cem Çelik", "Cem Çelik"),
        ("🎵", "🎵"),
        ("a" * 50, "a" * 50),
        ("٣", "٣"),
    ],
)
def test_a_name_is_trimmed(given_name: str, name: str):
    assert name_field.run_validation(given_name) == name


@pytest.mark.parametrize(
    "given_name",
    [
        "",
        "  ",
        "a" * 51,
        "a\nb",
        "a\x00b",
        "\x7f",
        "a\u2028b",
        "a\u2029b",
        "a\tb",
        5,
        True,
        None,
        ["Ada"],
        {},
        1.5,
    ],
)
def test_what_is_no_name_is_refused(given_name: Any):
    with pytest.raises(ValidationError):
        name_field.run_validation(given_name)


@given(st.text(max_size=60))
def test_every_name_that_passes_stays_on_one_line(text: str):
    try:
        name = name_field.run_validation(text)
    except ValidationError:
        return
    assert len(name.splitlines()) == 1
    assert 0 < len(name) <= 50
    assert name == name.strip()
    name.encode()


@given(st.characters())
def test_unwelcome_are_control_characters_and_separators_of_lines(character: str):
    expected = unicodedata.category(character) in {"Cc", "Zl", "Zp"}
    assert has_unwelcome_characters(f"a{character}b") == expected


@pytest.mark.parametrize("value", [0, 1, -5, 10**20])
def test_a_whole_number_is_one(value: int):
    assert WholeNumberField().run_validation(value) == value


@pytest.mark.parametrize("value", [True, False, "1", 1.0, None, [], "", 1e300])
def test_nothing_else_is_a_whole_number(value: Any):
    with pytest.raises(ValidationError):
        WholeNumberField().run_validation(value)


@pytest.mark.parametrize(
    ("value", "is_id"), [(1, True), (MAX_ID, True), (0, False), (-1, False), (MAX_ID + 1, False)]
)
def test_an_id_fits_the_database(value: int, is_id: bool):
    if is_id:
        assert IdField().run_validation(value) == value
    else:
        with pytest.raises(ValidationError):
            IdField().run_validation(value)


@pytest.mark.parametrize("value", [0, 1, -1.5, 1e300, -0.0])
def test_a_number_may_be_whole_or_not(value: float):
    number = NumberField().run_validation(value)
    assert isinstance(number, float)
    assert number == value


@pytest.mark.parametrize("value", [True, "1.5", None, [], float("nan"), float("inf"), -float("inf"), 10**400])
def test_what_is_not_finite_is_no_number(value: Any):
    with pytest.raises(ValidationError):
        NumberField().run_validation(value)


def test_a_number_keeps_its_bounds():
    field = NumberField(min_value=-1e15, max_value=1e15)
    assert field.run_validation(1e15) == 1e15
    for value in (1.1e15, -1.1e15):
        with pytest.raises(ValidationError):
            field.run_validation(value)


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_is_true_or_false(value: bool):
    assert FlagField().run_validation(value) is value


@pytest.mark.parametrize("value", [0, 1, "true", "on", "", None, [], {}])
def test_nothing_else_is_a_flag(value: Any):
    with pytest.raises(ValidationError):
        FlagField().run_validation(value)
