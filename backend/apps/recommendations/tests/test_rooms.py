"""What those who are in a room get together: nobody's misery, nobody's name, never nothing."""

import time

import pytest

from apps.playlist.services import Place, add_item, cast_vote
from apps.playlist.tests.rooms import new_room
from apps.realtime.presence import Person
from apps.realtime.presence_rows import write_presence
from apps.recommendations.models import RecommendationList
from apps.recommendations.rooms import room_recommendations
from apps.recommendations.tests.telling import kinds, tell, texts, titles
from apps.users.models import Guest
from core.errors import NotFound

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


def queue(room, track, adder="") -> None:
    add_item(slug=room.slug, track_id=track.pk, added_by="Somebody", place=Place(), adder=adder)


def test_an_empty_room_gets_what_goes_with_its_queue_first(room, library):
    queue(room, library["So What"])

    found = room_recommendations(room.slug, limit=None)

    assert (found.room, found.source, found.stale) == (room.slug, "computed", False)
    assert set(titles(found.recommendations)) == set(library) - {"So What"}
    assert titles(found.recommendations)[0] == "Blue in Green"
    assert texts(found.recommendations, "Blue in Green")[0] == "Goes with So What, which is in this queue"


def test_a_room_with_an_empty_queue_and_nobody_in_it_gets_something(room, library):
    assert set(titles(shown(room))) == set(library)
    assert all(one.reasons for one in shown(room))


def test_what_fits_all_goes_before_what_fits_one(room, library, add_person, add_track):
    add_track("Moanin", "Art Blakey", genre="soul jazz")
    ada = add_person("ada", favorite_genres=["jazz", "pop"])
    bo = add_person("bo", favorite_genres=["jazz"])
    enter(room, ada, bo)

    found = shown(room)

    assert set(titles(found)[:5]) == {*JAZZ, "Moanin"}
    assert texts(found, "Naima")[0] == "Fits both people here"
    assert texts(found, "Halo")[0] == "Fits 1 of 2 people here"


def test_nobodys_disliked_artist_at_once(room, library, ada, bo):
    tell(ada, "like", library["So What"])
    enter(room, ada, bo)
    assert "Blue in Green" in titles(shown(room))

    tell(bo, "dislike", library["So What"])

    assert {"So What", "Blue in Green"}.isdisjoint(titles(shown(room)))


def test_what_somebody_skipped_lately_is_left_out(room, library, ada):
    enter(room, ada)
    tell(ada, "skip", library["Halo"])

    assert "Halo" not in titles(shown(room))


def test_who_comes_in_counts_and_who_is_elsewhere_does_not(room, library, add_person):
    ada = add_person("ada", favorite_genres=["jazz"])
    enter(new_room(), ada)
    before = titles(shown(room))

    enter(room, ada)

    assert set(before[:4]) != JAZZ
    assert set(titles(shown(room))[:4]) == JAZZ
    assert texts(shown(room), "Naima")[0] == "Fits who is here"


def test_a_guest_counts_by_votes_and_adds(room, library):
    guest, other = (Guest.objects.create(name=name) for name in ("Bo", "Cem"))
    queue(room, library["So What"], adder=guest.key)
    queue(room, library["Halo"])
    item = room.items.get(track=library["Halo"])
    cast_vote(slug=room.slug, item_id=item.pk, voter=other.key, value=1)

    found = shown(room)

    assert "fits_people" in kinds(found, "Blue in Green")
    assert "Fits 1 of 2 people here" in texts(found, "Toxic")


def test_nobody_is_named(room, library, add_person):
    ada = add_person("Quixotica", favorite_artists=["Lorde"], favorite_genres=["jazz"])
    tell(ada, "like", library["Halo"])
    enter(room, ada)

    said = " ".join(reason.text for one in shown(room) for reason in one.reasons)

    assert "you" not in said.split()
    assert not {"Quixotica", "Halo", "Lorde"} & set(said.replace(",", " ").split())


def test_people_without_a_taste_do_not_vote_against_everything(room, library, add_person, bo):
    enter(room, add_person("ada", favorite_genres=["jazz"]), bo)

    found = shown(room)

    assert set(titles(found)[:4]) == JAZZ
    assert texts(found, "Naima")[0] == "Fits 1 of 2 people here"


def test_the_same_company_is_remembered_and_what_was_queued_since_is_left_out(room, library, ada):
    enter(room, ada)
    first = room_recommendations(room.slug, limit=None)
    queue(room, library["Halo"])

    second = room_recommendations(room.slug, limit=None)

    assert (first.source, second.source) == ("computed", "cache")
    assert titles(second.recommendations) == [
        title for title in titles(first.recommendations) if title != "Halo"
    ]
    assert [one.rank for one in second.recommendations] == [*range(1, second.count + 1)]


def test_numbers_stay_whoever_is_there(room, library, add_person):
    first = {one.track.title: one.id for one in shown(room)}
    enter(room, add_person("ada", favorite_genres=["jazz"]))

    assert {one.track.title: one.id for one in shown(room)} == first
    assert RecommendationList.objects.get().room == room


def test_many_people_cost_no_more_than_some(room, library, add_person, django_assert_max_num_queries):
    people = [add_person(f"person {number}", favorite_genres=["jazz"]) for number in range(25)]
    enter(room, *people)

    with django_assert_max_num_queries(40):
        assert len(shown(room)) == len(library)


def test_no_such_room(db):
    with pytest.raises(NotFound):
        room_recommendations("attic", limit=None)
