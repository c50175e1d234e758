"""Text without what search does not look at."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tracks.normalisation import normalised, search_columns, search_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Beyoncé", "beyonce"),
        ("  A  Night at\tthe Opera ", "a night at the opera"),
        ("Don't Stop ’Til You Get Enough", "dont stop til you get enough"),
        ("AC/DC", "ac dc"),
        ("Sigur Rós — Ágætis byrjun", "sigur ros agaetis byrjun"),
        ("Mø, Trentemøller", "mo trentemoller"),
        ("Łona & Straße", "lona strasse"),
        ("MÖTLEY CRÜE", "motley crue"),
        ("Ελλάδα, Кино", "ελλαδα кино"),
        ("Ｆｕｌｌｗｉｄｔｈ ２", "fullwidth 2"),
        ("İstanbul ıssız", "istanbul issiz"),
        ("100%_sure", "100 sure"),
        ("!!!", ""),
        ("☆ ❤️", ""),
        ("", ""),
    ],
)
def test_text_loses_case_accents_and_punctuation(text: str, expected: str):
    assert normalised(text) == expected


@pytest.mark.parametrize("text", ["ガラス", "勇者", "кино", "봄날", "नमस्ते", "สวัสดี", "ελλαδα"])
def test_other_scripts_stay_as_they_are_written(text: str):
    assert normalised(text) == text


def test_voiced_kana_are_other_letters():
    assert normalised("ガラス") != normalised("カラス")
    assert normalised("ガラス") == normalised(unicodedata.normalize("NFD", "ガラス"))


@given(st.text())
def test_normalising_again_changes_nothing(text: str):
    assert normalised(normalised(text)) == normalised(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_latin_in_capitals_and_taken_apart_is_the_same(text: str):
    assert normalised(text.casefold()) == normalised(text)
    assert normalised(unicodedata.normalize("NFD", text)) == normalised(text)


@given(st.text())
def test_only_single_spaces_between_words(text: str):
    assert normalised(text) == " ".join(normalised(text).split())


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_the_quick_way_for_ascii_agrees_with_the_long_one(text: str):
    # A character outside ASCII sends the whole text the long way.
    assert normalised(text) == " ".join(normalised(f"{text} ☆").split())


def test_words_are_asked_for_once():
    assert search_words("Halo, halo — BEYONCÉ!") == ["halo", "beyonce"]


def test_what_is_joined_by_punctuation_is_asked_for_together():
    assert search_words("AC/DC live") == ["ac dc", "live"]


def test_tracks_that_differ_only_in_case_and_accents_have_one_identity():
    one = search_columns(title="Halo", artist="Beyoncé", album="I Am…", genre="")
    same = search_columns(title="HALO!", artist="beyonce", album="i am", genre="pop")
    assert one.identity == same.identity


def test_what_stands_in_which_field_belongs_to_the_identity():
    one = search_columns(title="A B", artist="C", album="", genre="")
    other = search_columns(title="A", artist="B C", album="", genre="")
    assert one.search_text == other.search_text
    assert one.identity != other.identity


def test_titles_without_letters_are_told_apart():
    stars, bangs = (search_columns(title=title, artist="A", album="", genre="") for title in ("☆", "!!!"))
    assert stars.identity != bangs.identity
