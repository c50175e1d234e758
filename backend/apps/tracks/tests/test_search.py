"""Finding tracks by words."""

import pytest

from apps.tracks.selectors import listed_tracks

pytestmark = pytest.mark.django_db


def found(search: str) -> list[str]:
    return [track.title for track in listed_tracks(search=search)]


@pytest.fixture
def halo(add_track):
    add_track("Halo", "Beyoncé", album="I Am... Sasha Fierce")
    add_track("Halo", "Porcupine Tree", album="Deadwing")


@pytest.mark.parametrize("search", ["beyonce halo", "HALO — Beyoncé", "  fierce   bey ", "halo i am"])
def test_every_word_counts_in_any_order_case_and_accent(halo, search: str):
    assert [track.artist for track in listed_tracks(search=search)] == ["Beyoncé"]


def test_a_word_that_is_nowhere_finds_nothing(halo):
    assert found("halo beyonce nirvana") == []


def test_blank_search_finds_all(halo):
    assert len(found("   ")) == 2


def test_best_match_first(add_track):
    add_track("Cry Me a River", "Julie London", album="Halo Album")
    add_track("Songs of Love", "Halo Friendlies")
    add_track("Halo of Flies", "Alice Cooper")
    add_track("Under a Halo", "Nobody")
    add_track("Halo", "Beyoncé")
    add_track("HALO", "Depeche Mode")
    assert found("halo") == [
        "Halo",
        "HALO",
        "Halo of Flies",
        "Songs of Love",
        "Cry Me a River",
        "Under a Halo",
    ]


@pytest.mark.parametrize(("search", "title"), [("!!!", "Me and !!!"), ("%", "50%"), ("_", "a_b"), ("☆", "☆")])
def test_search_without_letters_is_taken_literally(add_track, search: str, title: str):
    add_track("Halo", "Beyoncé")
    add_track(title, "Somebody")
    assert found(search) == [title]


def test_literal_match_is_ranked_too(add_track):
    add_track("Me and !!!", "A")
    add_track("!!! again", "B")
    add_track("!!!", "C")
    assert found("!!!") == ["!!!", "!!! again", "Me and !!!"]


def test_wildcards_between_letters_match_nothing_else(add_track):
    add_track("Halo", "Beyoncé")
    assert found("h%o") == []
    assert found("h_lo") == []


def test_other_scripts_are_found(add_track):
    add_track("勇者", "YOASOBI")
    add_track("Группа крови", "Кино")
    assert found("勇") == ["勇者"]
    assert found("КИНО") == ["Группа крови"]


def test_a_search_of_many_words_is_answered(client, add_track):
    add_track()
    answer = client.get("/api/tracks/", {"search": " ".join("abcdefghijklmnopqrstuvwxyz0123456789" * 4)})
    assert answer.json() == []


def test_explicit_ordering_goes_before_the_best_match(add_track):
    add_track("Halo", "Beyoncé")
    add_track("A Halo", "Nobody")
    assert [track.title for track in listed_tracks(search="halo", ordering="title")] == ["A Halo", "Halo"]
