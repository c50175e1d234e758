"""Searching the library."""

import pytest

from tests.contract.libraries import Library


def test_the_best_match_stands_first(library: Library):
    word = library.word
    library.add("In the album")
    library.add("In the artist", artist=f"The {word}", album="")
    library.add("Another title", artist=f"{word} Orchestra", album="")
    library.add(f"{word.upper()} Blues", album="")
    library.add(word, album="")

    titles = library.found(search=word)

    assert titles == [word, f"{word.upper()} Blues", "Another title", "In the album", "In the artist"]


def test_equals_stand_by_id(library: Library):
    for title in ("Cello", "Alto", "Bass"):
        library.add(title)

    assert library.found(search=library.word) == ["Cello", "Alto", "Bass"]


def test_every_word_must_match_wherever_it_stands(library: Library):
    library.add("Blue Train", artist="John Coltrane")
    library.add("Blue Moon", artist="Ella Fitzgerald")
    library.add("Giant Steps", artist="John Coltrane")

    assert library.found(search=f"{library.word} blue coltrane") == ["Blue Train"]
    assert library.found(search=f"coltrane   {library.word}") == ["Blue Train", "Giant Steps"]
    assert library.found(search=f"{library.word} blue trombone") == []


@pytest.mark.parametrize("search", ["beyoncé", "BEYONCE", "Béyoncè", "beyonce\u0301"])
def test_neither_case_nor_accents_matter(library: Library, search: str):
    library.add("Halo", artist="Beyoncé")

    assert library.found(search=f"{library.word} {search}") == ["Halo"]


def test_accents_are_not_needed_to_be_left_out(library: Library):
    library.add("Ella y yo", artist="Jose Feliciano")

    assert library.found(search=f"{library.word} josé") == ["Ella y yo"]


@pytest.mark.parametrize("search", ["%", "_", "\\", "'", '"; --', "*"])
def test_signs_mean_nothing_special(library: Library, search: str):
    library.add("Plain words")

    assert library.found(search=f"{library.word} {search}x") == []


def test_it_goes_together_with_genre_and_ordering(library: Library):
    library.add("Anthem", genre="Zydeco")
    library.add("Zebra", genre="zydeco")
    library.add("Middle", genre="polka")

    assert library.found(search=library.word, genre="ZYDECO", ordering="-title") == ["Zebra", "Anthem"]


def test_an_empty_search_is_none(library: Library):
    everything = library.found()

    assert library.found(search="") == everything
    assert library.found(search="   ") == everything
