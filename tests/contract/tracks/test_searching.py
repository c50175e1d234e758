"""Searching the library. Both databases find and rank alike."""

import pytest

from tests.contract.libraries import Library

pytestmark = pytest.mark.both_sizes


def test_results_are_sorted_by_match_then_id(library: Library):
    word = library.word
    library.add("In the album")
    library.add("In the artist", artist=f"The {word}", album="")
    library.add("Another title", artist=f"{word} Orchestra", album="")
    library.add(f"{word.upper()} Blues", album="")
    library.add(f"Under a {word}", album="")
    library.add(word, album="")
    library.add(word.upper(), album="")

    assert library.found(search=word) == [
        *(word, word.upper(), f"{word.upper()} Blues", "Another title"),
        *("In the album", "In the artist", f"Under a {word}"),
    ]


def test_every_word_must_match_in_any_field_also_with_genre_and_ordering(library: Library):
    library.add("Blue Train", artist="John Coltrane", genre="Zydeco")
    library.add("Blue Moon", artist="Ella Fitzgerald", genre="polka")
    library.add("Giant Steps", artist="John Coltrane", genre="zydeco")

    assert library.found(search=f"{library.word} blue coltrane") == ["Blue Train"]
    assert library.found(search=f"coltrane   {library.word}") == ["Blue Train", "Giant Steps"]
    assert library.found(search=f"{library.word} blue trombone") == []
    ordered = library.found(search=library.word, genre="ZYDECO", ordering="-title")
    assert ordered == ["Giant Steps", "Blue Train"]
    assert library.found(search="   ") == library.found()


def test_neither_case_nor_accents_matter_and_every_script_is_found(library: Library):
    library.add("Halo", artist="Beyoncé")
    library.add("Ella y yo", artist="Jose Feliciano")
    library.add("勇者", artist="YOASOBI")
    library.add("Группа крови", artist="Кино")

    for search in ("beyoncé", "BEYONCE", "Béyoncè", "beyonce\u0301", "HALO — Beyoncé", "  halo   bey "):
        assert library.found(search=f"{library.word} {search}") == ["Halo"]
    for search, title in (("josé", "Ella y yo"), ("勇", "勇者"), ("КИНО", "Группа крови")):
        assert library.found(search=f"{library.word} {search}") == [title]


def test_special_characters_are_literal(library: Library):
    library.add("Plain words")

    for sign in ("%", "_", "\\", "'", '"; --', "*"):
        assert library.found(search=f"{library.word} {sign}x") == []
    for search in ("pl%n", "pla_n"):
        assert library.found(search=f"{library.word} {search}") == []
