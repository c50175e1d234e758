"""What those who are in a room get together: nobody's misery, nobody's name, never nothing."""

import time

import pytest

from apps.playlist.tests.rooms import new_room
from apps.realtime.presence import Person
from apps.realtime.presence_rows import write_presence
from apps.recommendations.models import RecommendationList
from apps.recommendations.rooms import room_recommendations
from apps.recommendations.tests.telling import tell, texts, titles

JAZZ = {"So What", "Blue in Green", "Naima", "Footprints"}


@pytest.fixture
def room(db):
    return new_room()


def enter(room, *people) -> None:
    """They have a socket open there."""
    now = time.time()
    write_presence({Person(room.stream_id, one.pk): now + 60 for one in people}, now=now)


def shown(room, limit=100):
    return room_recommendations(room.slug, limit=limit).recommendations


def test_what_fits_all_goes_before_what_fits_one(room, library, add_person, add_track):
    add_track("Moanin", "Art Blakey", genre="soul jazz")
    ada = add_person("ada", favorite_genres=["jazz", "pop"])
    bo = add_person("bo", favorite_genres=["jazz"])
    enter(room, ada, bo)

    found = shown(room)

    assert set(titles(found)[:5]) == {*JAZZ, "Moanin"}
    assert texts(found, "Naima")[0] == "Fits both people here"
    assert texts(found, "Halo")[0] == "Fits 1 of 2 people here"


def test_who_comes_in_counts_and_who_is_elsewhere_does_not(room, library, add_person, bo):
    ada = add_person("ada", favorite_genres=["jazz"])
    enter(new_room(), ada)
    before = titles(shown(room))
    numbers = {one.track.title: one.id for one in shown(room)}

    enter(room, ada)

    assert set(before[:4]) != JAZZ
    assert set(titles(shown(room))[:4]) == JAZZ
    assert texts(shown(room), "Naima")[0] == "Fits who is here"
    enter(room, bo)  # who has no taste does not vote against everything
    assert set(titles(shown(room))[:4]) == JAZZ
    assert texts(shown(room), "Naima")[0] == "Fits 1 of 2 people here"
    assert {one.track.title: one.id for one in shown(room)} == numbers
    assert RecommendationList.objects.get(room=room)


def test_nobody_is_named(room, library, add_person):
    ada = add_person("Quixotica", favorite_artists=["Lorde"], favorite_genres=["jazz"])
    tell(ada, "like", library["Halo"])
    enter(room, ada)

    said = " ".join(reason.text for one in shown(room) for reason in one.reasons)

    assert said
    assert "you" not in said.split()
    assert not {"Quixotica", "Halo", "Lorde"} & set(said.replace(",", " ").split())


def test_many_people_cost_no_more_than_some(room, library, add_person, django_assert_max_num_queries):
    people = [add_person(f"person {number}", favorite_genres=["jazz"]) for number in range(25)]
    enter(room, *people)

    with django_assert_max_num_queries(40):
        assert len(shown(room)) == len(library)
