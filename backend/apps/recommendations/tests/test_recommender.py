"""All sources together: with and without a model, with one unavailable source, for one user and for many."""

import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import Mock

import pytest

from apps.playlist.tests.rooms import new_room
from apps.realtime.presence import Person, write_presence
from apps.recommendations.preferences import exclusions_of, preferences_of
from apps.recommendations.recommender import recommend, recommender
from apps.recommendations.selectors import room_recommendations
from apps.recommendations.sources.base import (
    Candidate,
    OutsideTrack,
    Preferences,
    Reason,
    ReasonKind,
    SourceUnavailable,
)
from apps.recommendations.tests.interactions import NETWORK, interact
from apps.recommendations.track_resolution import resolve_candidates
from apps.recommendations.training import train_recommendations
from apps.tracks.services import delete_track
from apps.users.selectors import account


class Elsewhere:
    """A catalogue outside, which the test opens and closes."""

    name = "elsewhere"

    def __init__(self, *tracks: OutsideTrack) -> None:
        self.tracks = tracks
        self.is_away = False

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        if self.is_away:
            raise SourceUnavailable("closed today")
        reason = Reason(ReasonKind.FAVORITE_GENRE, "Because you like jazz")
        return [Candidate(1.0, (reason,), outside=track) for track in self.tracks[:most]]


@pytest.fixture
def elsewhere(monkeypatch) -> Elsewhere:
    source = Elsewhere(
        OutsideTrack("elsewhere", "x1", "Blue Train", "John Coltrane"),
        OutsideTrack("elsewhere", "x2", "Naima", "john coltrane"),
    )
    monkeypatch.setattr("apps.recommendations.recommender.external_sources", lambda: [source])
    return source


def found(preferences: Preferences, *, with_outside: bool = False):
    return recommend(preferences, most=100, with_outside=with_outside, resolve=resolve_candidates)


def test_every_track_of_a_small_library_is_recommended_once(library, ada, bo):
    interact(bo, "like", library["Halo"])
    interact(ada, "like", library["So What"])

    candidates = found(preferences_of(account(ada.pk))).candidates

    assert sorted(one.track_id or 0 for one in candidates) == sorted(one.pk for one in library.values())
    assert all(one.reasons for one in candidates)


def test_excluded_tracks_are_not_recommended(library, elsewhere):
    preferences = Preferences(
        favorite_genres=["jazz"],
        avoided_track_ids={library["Halo"].pk},
        avoided_artists={"miles davis", "john coltrane"},
    )

    candidates = found(preferences, with_outside=True).candidates

    assert {one.track_id for one in candidates} == {
        library[title].pk for title in ("Footprints", "Toxic", "Royals")
    }


def test_external_sources_are_used_only_by_callers_that_can_wait(library, elsewhere):
    at_once = found(Preferences())
    waited = found(Preferences(), with_outside=True)

    assert {one.outside for one in at_once.candidates} == {None}
    outside = [one.outside for one in waited.candidates if one.outside]
    assert [track.title for track in outside] == ["Blue Train"]
    naima = [one for one in waited.candidates if one.track_id == library["Naima"].pk]
    assert naima[0].reasons[0].kind == ReasonKind.FAVORITE_GENRE
    assert (at_once.missing_sources, waited.missing_sources) == ([], [])


def test_if_a_source_is_unavailable_the_others_are_used_and_the_list_is_marked(
    library, elsewhere, no_model: Path, caplog
):
    elsewhere.is_away = True
    no_model.write_bytes(b"no model at all")

    response = found(Preferences(), with_outside=True)

    assert response.missing_sources == ["elsewhere"]
    assert len(response.candidates) == len(library)
    assert "closed today" in caplog.text
    assert "Recommendations continue without a model" in caplog.text


def test_the_trained_model_recommends_with_reasons(library, add_person, no_model: Path):
    for number in range(6):
        taste = ("So What", "Royals") if number % 2 else ("Halo", "Toxic")
        interact(add_person(f"person {number}"), "like", *(library[title] for title in taste))
    before = recommender()
    assert recommender() is before
    train_recommendations()
    assert recommender() is recommender() is not before, "a new model is not taken by itself"
    cem = add_person("cem")
    interact(cem, "like", library["So What"])

    candidates = found(preferences_of(account(cem.pk))).candidates

    royals = next(one for one in candidates if one.track_id == library["Royals"].pk)
    assert "Because you liked So What" in [reason.text for reason in royals.reasons]
    delete_track(track_id=royals.track_id)
    assert royals.track_id not in {one.track_id for one in found(preferences_of(account(cem.pk))).candidates}


# --- For those who are in a room ---------------------------------------------------------------------


def enter(room, *people) -> None:
    """They have a socket open there."""
    now = time.time()
    write_presence({Person(room.stream_id, one.key): now + 60 for one in people}, now=now)


def shown(room, limit=100):
    return room_recommendations(room.slug, limit=limit, network=NETWORK).recommendations


def test_dislikes_of_people_in_a_room_are_read_after_each_activity(library, add_person, monkeypatch):
    read = Mock(wraps=exclusions_of)
    monkeypatch.setattr("apps.recommendations.selectors.exclusions_of", read)
    ada, room = add_person("ada"), new_room()
    enter(room, ada, add_person("bo"))
    interact(ada, "play", library["Halo"])
    assert library["Naima"].pk in {one.track.id for one in shown(room)}

    shown(room)
    assert read.call_count == 1, "once for Ada, and never for users without preferences"
    interact(ada, "dislike", library["Naima"])
    assert library["Naima"].pk not in {one.track.id for one in shown(room)}
    assert read.call_count == 2


def test_reasons_for_a_room_name_no_person(library, add_person):
    ada = add_person("Quixotica", favorite_artists=["Lorde"], favorite_genres=["jazz"])
    interact(ada, "like", library["Halo"])
    room = new_room()
    enter(room, ada)

    said = " ".join(reason.text for one in shown(room) for reason in one.reasons)

    assert said
    assert "you" not in said.split()
    assert not {"Quixotica", "Halo", "Lorde"} & set(said.replace(",", " ").split())


def test_the_number_of_queries_for_a_room_is_constant(library, add_person, django_assert_max_num_queries):
    people = [add_person(f"person {number}", favorite_genres=["jazz"]) for number in range(25)]
    room = new_room()
    enter(room, *people)

    with django_assert_max_num_queries(40):
        assert len(shown(room)) == len(library)
