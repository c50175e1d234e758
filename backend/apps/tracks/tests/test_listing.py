"""Lists, genres and searches, where the whole library has to be the test's own."""

import pytest

from apps.tracks.selectors import listed_tracks

pytestmark = pytest.mark.django_db


def found(search: str) -> list[str]:
    return [track.title for track in listed_tracks(search=search)]


def test_texts_sort_without_accents_and_equals_by_id_and_unknown_durations_come_last_both_ways(add_track):
    for title, seconds in (("delta", None), ("Éclair", 500), ("alpha", 100), ("Bravo", 200), ("ALPHA", 300)):
        add_track(title, duration_seconds=seconds)
    for ordering, expected in {
        "title": ["alpha", "ALPHA", "Bravo", "delta", "Éclair"],
        "-title": ["Éclair", "delta", "Bravo", "alpha", "ALPHA"],
        "duration_seconds": ["alpha", "Bravo", "ALPHA", "Éclair", "delta"],
        "-duration_seconds": ["Éclair", "ALPHA", "Bravo", "alpha", "delta"],
    }.items():
        assert [track.title for track in listed_tracks(ordering=ordering)] == expected


@pytest.mark.parametrize("field", ["search", "genre", "ordering"])
@pytest.mark.parametrize("value", ["a\x00b", "x" * 301])
def test_what_no_database_takes_is_refused(client, field: str, value: str):
    answer = client.get("/api/tracks/", {field: value})
    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]


@pytest.mark.parametrize(("search", "title"), [("!!!", "Me and !!!"), ("%", "50%"), ("_", "a_b"), ("☆", "☆")])
def test_search_without_letters_is_taken_literally(add_track, search: str, title: str):
    add_track("Halo", "Beyoncé")
    add_track(title, "Somebody")
    assert found(search) == [title]


def test_literal_match_is_ranked_too(add_track):
    for title, artist in (("Me and !!!", "A"), ("!!! again", "B"), ("!!!", "C")):
        add_track(title, artist)
    assert found("!!!") == ["!!!", "!!! again", "Me and !!!"]


def test_most_used_first_then_by_name_and_unknown_left_out(client, add_track):
    assert client.get("/api/tracks/genres/").json() == []
    for genre in ("soul", "Rock", "rock", "jazz", "ROCK", "rock", "", "folk"):
        add_track(genre=genre)
    answer = client.get("/api/tracks/genres/")
    assert answer.json() == [
        {"genre": "rock", "count": 4},
        *({"genre": genre, "count": 1} for genre in ("folk", "jazz", "soul")),
    ]
    assert answer["X-Total-Count"] == "4"
