"""The list: its order, its genre filter, its pages, and what it refuses."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def titles(client):
    def listed(**query: str) -> list[str]:
        return [track["title"] for track in client.get("/api/tracks/", query).json()]

    return listed


def test_without_ordering_by_id(add_track, titles):
    for title in ("C", "A", "B"):
        add_track(title)
    assert titles() == ["C", "A", "B"]


@pytest.mark.parametrize("field", ["title", "artist", "album", "genre"])
def test_texts_sort_without_case_and_accents_and_equals_by_id(client, add_track, field: str):
    for value in ("delta", "Éclair", "alpha", "Bravo", "ALPHA"):
        add_track(**{"title": "T", "artist": "A", field: value})
    for ordering, expected in (
        (field, ["alpha", "ALPHA", "Bravo", "delta", "Éclair"]),
        (f"-{field}", ["Éclair", "delta", "Bravo", "alpha", "ALPHA"]),
    ):
        rows = client.get("/api/tracks/", {"ordering": ordering}).json()
        assert [row[field] for row in rows] == expected


def test_unknown_durations_come_last_both_ways(add_track, titles):
    add_track("unknown")
    add_track("long", duration_seconds=500)
    add_track("short", duration_seconds=100)
    assert titles(ordering="duration_seconds") == ["short", "long", "unknown"]
    assert titles(ordering="-duration_seconds") == ["long", "short", "unknown"]


def test_newest_first(add_track, titles):
    add_track("old")
    add_track("new")
    assert titles(ordering="-created_at") == ["new", "old"]


def test_genre_is_compared_without_case(add_track, titles):
    add_track("one", genre="Élektro Pop")
    add_track("two", genre="éLEKTRO pop")
    add_track("three", genre="pop")
    assert titles(genre=" ÉLEKTRO POP ") == ["one", "two"]


def test_genre_and_search_together(add_track, titles):
    add_track("Halo", genre="pop")
    add_track("Halo", genre="rock")
    add_track("Hello", genre="rock")
    assert titles(genre="rock", search="halo") == ["Halo"]


def test_total_and_next_part_are_told(client, add_track):
    for number in range(3):
        add_track(f"T{number}")
    answer = client.get("/api/tracks/", {"limit": 2, "search": "t"})
    assert [track["title"] for track in answer.json()] == ["T0", "T1"]
    assert answer["X-Total-Count"] == "3"
    assert "offset=2" in answer["Link"]


def test_pages_where_they_are_asked_for(client, add_track):
    add_track("A")
    add_track("B")
    envelope = client.get("/api/tracks/", {"page": 2, "page_size": 1}).json()
    assert envelope["count"] == 2
    assert [track["title"] for track in envelope["results"]] == ["B"]


@pytest.mark.parametrize("ordering", ["votes", "--title", "title,artist", "title_key", "-", "id"])
def test_unknown_ordering_is_refused(client, ordering: str):
    answer = client.get("/api/tracks/", {"ordering": ordering})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert list(answer.json()["error"]["details"]) == ["ordering"]


@pytest.mark.parametrize("field", ["search", "genre", "ordering"])
@pytest.mark.parametrize("value", ["a\x00b", "x" * 301])
def test_what_no_database_takes_is_refused(client, field: str, value: str):
    answer = client.get("/api/tracks/", {field: value})
    assert answer.status_code == 400
    assert list(answer.json()["error"]["details"]) == [field]


def test_empty_parameters_mean_nothing(client, add_track):
    add_track()
    assert len(client.get("/api/tracks/?search=&genre=&ordering=").json()) == 1
