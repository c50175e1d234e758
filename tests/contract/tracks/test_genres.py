"""Genres: filtering by one, counting all."""

import httpx
import pytest

from tests.contract.libraries import Library


@pytest.mark.parametrize("spelling", ["{}", "{} ", "upper"])
def test_case_does_not_matter_when_filtering(library: Library, spelling: str):
    genre = f"genre {library.word}"
    library.add("One", genre=genre)
    library.add("Two", genre=genre.title())
    library.add("Three", genre=f"{genre} fusion")
    wanted = genre.upper() if spelling == "upper" else spelling.format(genre)

    assert library.found(genre=wanted) == ["One", "Two"]


def test_an_unknown_genre_has_no_tracks(library: Library):
    library.add("One", genre="polka")

    assert library.found(genre=library.word) == []


def test_genres_are_given_with_their_counts(library: Library, client: httpx.Client):
    genre = f"genre {library.word}"
    library.add("One", genre=genre)
    library.add("Two", genre=genre)
    library.add("Three", genre="")

    answer = client.get("/api/tracks/genres/")

    genres = answer.json()
    assert answer.headers["X-Total-Count"] == str(len(genres))
    assert [each["count"] for each in genres if each["genre"] == genre] == [2]
    assert "" not in {each["genre"] for each in genres}


def test_the_counts_are_those_of_the_lists(client: httpx.Client):
    for each in client.get("/api/tracks/genres/").json():
        answer = client.get("/api/tracks/", params={"genre": each["genre"], "limit": 1})
        assert answer.headers["X-Total-Count"] == str(each["count"])
