"""A list that is kept: numbers stay, what is unwelcome goes, and nobody writes for who has gone."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.playlist.tests.rooms import new_room
from apps.recommendations.keeping import KEPT_FOR, Owner, forget_withdrawn, keep_list
from apps.recommendations.models import Recommendation, RecommendationList
from apps.recommendations.sources.base import Candidate, OutsideTrack, Reason, ReasonKind
from apps.recommendations.tests.telling import read, tell, titles
from apps.tracks.services import delete_track
from apps.users.account_services import change_taste
from apps.users.models import User
from core.errors import NotAuthenticated, NotFound

REASON = (Reason(ReasonKind.POPULAR, "because"),)


def candidate(track, score=0.5) -> Candidate:
    return Candidate(score, REASON, track_id=track.pk)


def outside(name="x1", title="Elsewhere") -> Candidate:
    told = OutsideTrack("elsewhere", name, title, "Somebody", preview_url="https://e.example/p.mp3")
    return Candidate(0.4, REASON, outside=told)


def kept(user, *candidates):
    return keep_list(owner=Owner(user_id=user.pk), candidates=candidates)


def test_it_comes_back_as_it_was_kept(ada, library):
    offered = kept(ada, candidate(library["Halo"], 0.9), outside())

    assert read(ada).recommendations == list(offered.recommendations)
    halo, other = offered.recommendations
    assert (halo.rank, halo.score, halo.provider, halo.preview_url) == (1, 0.9, "library", None)
    assert (other.track.id, other.track.title, other.provider) == (None, "Elsewhere", "elsewhere")
    assert (other.preview_url, other.external_url) == ("https://e.example/p.mp3", None)
    assert other.reasons[0].text == "because"


def test_what_stays_keeps_its_number_and_what_left_is_still_known(ada, library):
    first = kept(ada, candidate(library["Halo"]), candidate(library["Naima"]), outside())
    second = kept(ada, outside(), candidate(library["Toxic"]), candidate(library["Halo"]))

    numbers = {one.track.title: one.id for one in first.recommendations}
    assert [one.rank for one in second.recommendations] == [1, 2, 3]
    assert {one.id for one in second.recommendations if one.track.title in numbers} == {
        numbers["Halo"],
        numbers["Elsewhere"],
    }
    assert Recommendation.objects.get(pk=numbers["Naima"]).rank is None
    third = kept(ada, candidate(library["Naima"]))
    assert third.recommendations[0].id == numbers["Naima"]


def test_what_became_unwelcome_or_left_the_library_meanwhile_is_left_out(ada, library):
    candidates = [candidate(track) for track in library.values()]
    tell(ada, "skip", library["Halo"])
    tell(ada, "dislike", library["So What"])
    delete_track(track_id=library["Toxic"].pk)

    shown = titles(kept(ada, *candidates).recommendations)

    assert set(shown) == set(library) - {"Halo", "So What", "Blue in Green", "Toxic"}


def test_a_list_for_who_has_gone_is_not_kept(ada, library):
    User.objects.filter(pk=ada.pk).delete()

    with pytest.raises(NotAuthenticated):
        kept(ada, candidate(library["Halo"]))
    assert not RecommendationList.objects.exists()


def test_rolled_back_means_not_remembered(ada, library, django_capture_on_commit_callbacks):
    def keep_and_fail() -> None:
        with transaction.atomic():
            kept(ada, candidate(library["Halo"]))
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        keep_and_fail()

    assert not RecommendationList.objects.exists()
    assert read(ada).source == "computed"


def test_a_track_from_outside_that_the_library_has_by_now_is_one_thing(ada, library):
    kept(ada, outside())
    row = Recommendation.objects.get()
    row.track = library["Halo"]
    row.save()

    by_library = kept(ada, candidate(library["Halo"])).recommendations
    by_provider = kept(ada, outside()).recommendations
    by_both = kept(ada, outside(), candidate(library["Halo"])).recommendations

    assert [one.id for one in (*by_library, *by_provider, *by_both)] == [row.pk] * 3


def test_what_was_not_offered_for_a_month_is_forgotten_and_lists_of_rooms_in_which_nobody_asks(ada, library):
    now, minute = timezone.now(), timedelta(minutes=1)
    kept(ada, candidate(library["Halo"]), candidate(library["Naima"]))
    kept(ada, candidate(library["Halo"]))
    keep_list(owner=Owner(room_id=new_room().pk), candidates=[candidate(library["Halo"])])

    assert forget_withdrawn(now=now + KEPT_FOR - minute) == 0
    assert forget_withdrawn(now=timezone.now() + KEPT_FOR + minute) == 2
    assert [one.user for one in RecommendationList.objects.all()] == [ada]
    assert titles(read(ada).recommendations) == ["Halo"]


@pytest.mark.django_db(transaction=True)
def test_who_changed_their_taste_meanwhile_gets_another_list(ada, library):
    found_at = timezone.now()
    change_taste(user_id=ada.pk, given={"favorite_genres": ["pop"]}, is_whole=False)
    keep_list(owner=Owner(user_id=ada.pk), candidates=[candidate(library["Naima"])], found_at=found_at)

    answer = read(ada)

    assert answer.source == "computed"
    assert set(titles(answer.recommendations)[:3]) == {"Halo", "Toxic", "Royals"}


@pytest.mark.django_db(transaction=True)
def test_a_list_of_a_room_that_has_gone_meanwhile_is_none(library):
    room = new_room()
    gone = Owner(room_id=room.pk)
    room.delete()

    with pytest.raises(NotFound):
        keep_list(owner=gone, candidates=[candidate(library["Halo"])])

    assert not RecommendationList.objects.exists()
