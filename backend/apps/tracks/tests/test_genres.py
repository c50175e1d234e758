"""Genres with their counts."""

import pytest

pytestmark = pytest.mark.django_db


def test_most_used_first_then_by_name_and_unknown_left_out(client, add_track):
    for genre in ("soul", "Rock", "rock", "jazz", "ROCK", "rock", "", "folk"):
        add_track(genre=genre)
    answer = client.get("/api/tracks/genres/")
    assert answer.json() == [
        {"genre": "rock", "count": 4},
        {"genre": "folk", "count": 1},
        {"genre": "jazz", "count": 1},
        {"genre": "soul", "count": 1},
    ]
    assert answer["X-Total-Count"] == "4"


def test_each_genre_told_finds_as_many_tracks(client, add_track):
    for genre in ("Ñu", "ñU", "hip-hop", "Hip-Hop", "hip hop"):
        add_track(genre=genre)
    for counted in client.get("/api/tracks/genres/").json():
        assert len(client.get("/api/tracks/", {"genre": counted["genre"]}).json()) == counted["count"]


def test_no_genres(client):
    assert client.get("/api/tracks/genres/").json() == []
