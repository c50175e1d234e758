"""Names are trimmed texts on one line; numbers and flags are what JSON says they are."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from core.fields import FlagField, IdField, NumberField, WholeNumberField
from core.names import NameField, ShownNameField, has_unwelcome_characters

SHOWN = ShownNameField(max_length=50)
NAME, WHOLE, ID, NUMBER, FLAG = (
    NameField(max_length=50),
    WholeNumberField(),
    IdField(),
    NumberField(),
    FlagField(),
)


@pytest.mark.parametrize("name", ["Çelik", "DJ Иван", "はなこ 花子 Hana", "👩\u200d👩\u200d👧", "O'Ñeill 2"])
def test_a_name_in_any_one_alphabet_can_be_shown(name: str):
    assert SHOWN.run_validation(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("Ow\u200bner", "\u202eadA", "\u00ad", "\u3164", "a\u200db", "👩\u200d", "\U000e0041", "a\nb"),
        *("\u0430lice", "Alic\u0435", "\u0391da", "x \u0430dmin"),
    ],
)
def test_what_could_pass_for_another_name_is_refused(name: str):
    with pytest.raises(ValidationError):
        SHOWN.run_validation(name)


@given(st.text(max_size=60))
def test_every_name_that_passes_stays_on_one_line(text: str):
    try:
        name = NAME.run_validation(text)
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
