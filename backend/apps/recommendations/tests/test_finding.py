"""All sources together: with and without a model, and when one of them is away."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from apps.recommendations import finding
from apps.recommendations.finding import finder, found_for
from apps.recommendations.services import train_recommendations
from apps.recommendations.settling import settled
from apps.recommendations.sources.base import (
    Candidate,
    OutsideTrack,
    Reason,
    ReasonKind,
    SourceAway,
    Wishes,
)
from apps.recommendations.tests.telling import tell
from apps.recommendations.wishes import wishes_of
from apps.tracks.services import delete_track
from apps.users.selectors import account


class Elsewhere:
    """A catalogue outside, which the test opens and closes."""

    name = "elsewhere"

    def __init__(self, *tracks: OutsideTrack) -> None:
        self.tracks = tracks
        self.is_away = False

    def candidates(self, wishes: Wishes, *, most: int) -> Sequence[Candidate]:
        if self.is_away:
            raise SourceAway("closed today")
        reason = Reason(ReasonKind.FAVORITE_GENRE, "Because you like jazz")
        return [Candidate(1.0, (reason,), outside=track) for track in self.tracks[:most]]


@pytest.fixture
def elsewhere(monkeypatch) -> Elsewhere:
    source = Elsewhere(
        OutsideTrack("elsewhere", "x1", "Blue Train", "John Coltrane"),
        OutsideTrack("elsewhere", "x2", "Naima", "john coltrane"),
    )
    monkeypatch.setattr(finding, "outside_sources", lambda: [source])
    return source


def found(wishes: Wishes, *, with_outside: bool = False):
    return found_for(wishes, most=100, with_outside=with_outside, settle=settled)


def test_every_track_of_a_small_library_is_in_it_once(library, ada, bo):
    tell(bo, "like", library["Halo"])
    tell(ada, "like", library["So What"])

    candidates = found(wishes_of(account(ada.pk))).candidates

    assert sorted(one.track_id or 0 for one in candidates) == sorted(one.pk for one in library.values())
    assert all(one.reasons for one in candidates)


def test_nothing_avoided_is_in_it(library, elsewhere):
    wishes = Wishes(
        favorite_genres=["jazz"],
        avoided_track_ids={library["Halo"].pk},
        avoided_artists={"miles davis", "john coltrane"},
    )

    candidates = found(wishes, with_outside=True).candidates

    assert {one.track_id for one in candidates} == {
        library[title].pk for title in ("Footprints", "Toxic", "Royals")
    }


def test_outside_is_asked_only_by_who_can_wait(library, elsewhere):
    at_once = found(Wishes())
    waited = found(Wishes(), with_outside=True)

    assert {one.outside for one in at_once.candidates} == {None}
    outside = [one.outside for one in waited.candidates if one.outside]
    assert [track.title for track in outside] == ["Blue Train"]
    naima = [one for one in waited.candidates if one.track_id == library["Naima"].pk]
    assert naima[0].reasons[0].kind == ReasonKind.FAVORITE_GENRE
    assert (at_once.missing_sources, waited.missing_sources) == ([], [])


def test_when_one_is_away_the_others_answer_and_it_is_told(library, elsewhere, no_model: Path, caplog):
    elsewhere.is_away = True
    no_model.write_bytes(b"no model at all")

    answer = found(Wishes(), with_outside=True)

    assert answer.missing_sources == ["elsewhere"]
    assert len(answer.candidates) == len(library)
    assert "closed today" in caplog.text
    assert "Recommendations go on without a model" in caplog.text


def test_a_new_model_is_taken_by_itself(library, ada, bo, no_model: Path):
    for user in (ada, bo):
        tell(user, "like", library["So What"], library["Halo"])
    before = finder()
    assert finder() is before

    train_recommendations()

    after = finder()
    assert after is not before
    assert len(after.personal) == len(before.personal) + 1
    assert finder() is after


def test_learned_likes_recommend_and_say_why(library, add_person, no_model: Path):
    for number in range(6):
        taste = ("So What", "Royals") if number % 2 else ("Halo", "Toxic")
        tell(add_person(f"person {number}"), "like", *(library[title] for title in taste))
    train_recommendations()
    cem = add_person("cem")
    tell(cem, "like", library["So What"])

    candidates = found(wishes_of(account(cem.pk))).candidates

    royals = next(one for one in candidates if one.track_id == library["Royals"].pk)
    assert "Because you liked So What" in [reason.text for reason in royals.reasons]
    delete_track(track_id=royals.track_id)
    assert royals.track_id not in {one.track_id for one in found(wishes_of(account(cem.pk))).candidates}
