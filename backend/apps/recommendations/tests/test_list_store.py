"""A list that is kept: numbers stay, what is unwelcome goes, and nothing is written for deleted accounts."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.jobs.models import JobRun
from apps.playlist.tests.rooms import new_room
from apps.recommendations.list_store import RETENTION, Owner, cached_list, purge_withdrawn, save_list
from apps.recommendations.models import Recommendation, RecommendationList
from apps.recommendations.sources.base import Candidate, OutsideTrack, Reason, ReasonKind
from apps.recommendations.tasks import request_refresh
from apps.recommendations.tests.interactions import interact, read, titles
from apps.tracks.services import delete_track
from apps.users.models import User
from apps.users.personal_data import erase_person
from apps.users.services import change_taste
from core.errors import NotAuthenticated, NotFound
from core.tests.admin_pages import Admin, list_path, row_path

REASON = (Reason(ReasonKind.POPULAR, "because"),)


def candidate(track, score=0.5) -> Candidate:
    return Candidate(score, REASON, track_id=track.pk)


def outside(name="x1", title="Elsewhere") -> Candidate:
    outside_track = OutsideTrack("elsewhere", name, title, "Somebody", preview_url="https://e.example/p.mp3")
    return Candidate(0.4, REASON, outside=outside_track)


def kept(user, *candidates):
    return save_list(owner=Owner(user_id=user.pk), candidates=candidates)


def test_items_that_stay_keep_their_ids_and_ids_of_former_items_stay_valid(ada, library):
    first = kept(ada, candidate(library["Halo"]), candidate(library["Naima"]), outside())
    second = kept(ada, outside(), candidate(library["Toxic"]), candidate(library["Halo"]))

    numbers = {one.track.title: one.id for one in first.recommendations}
    assert [one.rank for one in second.recommendations] == [1, 2, 3]
    assert {one.id for one in second.recommendations if one.track.title in numbers} == {
        numbers["Halo"],
        numbers["Elsewhere"],
    }
    assert Recommendation.objects.get(pk=numbers["Naima"]).rank is None
    assert read(ada).recommendations == list(second.recommendations)
    other = second.recommendations[0]
    assert (other.track.id, other.track.title, other.provider) == (None, "Elsewhere", "elsewhere")
    assert (other.preview_url, other.external_url) == ("https://e.example/p.mp3", None)
    third = kept(ada, candidate(library["Naima"]))
    assert third.recommendations[0].id == numbers["Naima"]


def test_tracks_disliked_or_deleted_since_are_left_out(ada, library):
    candidates = [candidate(track) for track in library.values()]
    interact(ada, "skip", library["Halo"])
    interact(ada, "dislike", library["So What"])
    delete_track(track_id=library["Toxic"].pk)

    shown = titles(kept(ada, *candidates).recommendations)

    assert set(shown) == set(library) - {"Halo", "So What", "Blue in Green", "Toxic"}


def is_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there the transaction is the only writer")
@pytest.mark.django_db(transaction=True)
def test_a_track_that_is_recommended_while_it_is_deleted_is_left_out(ada, library):
    """The list is stored after the rows with the track were deleted, and before the track is."""

    def keep() -> None:
        try:
            kept(ada, candidate(library["Halo"]), candidate(library["Naima"]))
        finally:
            connection.close()

    storing: list[Future[None]] = []

    def store_list_first(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('DELETE FROM "tracks_track"'):
            storing.append(pool.submit(keep))
            while not (storing[0].done() or is_waiting_for_a_lock()):
                pass
        return execute(sql, *rest)

    with ThreadPoolExecutor() as pool:
        with connection.execute_wrapper(store_list_first):
            delete_track(track_id=library["Halo"].pk)
        storing[0].result()

    assert list(Recommendation.objects.values_list("track__title", flat=True)) == ["Naima"]


@pytest.mark.django_db(transaction=True)
def test_a_list_for_a_deleted_user_or_room_is_not_stored(ada, library):
    room = new_room()
    of_room = Owner(room_id=room.pk)
    room.delete()
    User.objects.filter(pk=ada.pk).delete()

    with pytest.raises(NotAuthenticated):
        kept(ada, candidate(library["Halo"]))
    with pytest.raises(NotFound):
        save_list(owner=of_room, candidates=[candidate(library["Halo"])])
    assert not RecommendationList.objects.exists()


def test_a_rolled_back_list_is_not_cached(ada, library, django_capture_on_commit_callbacks):
    def keep_and_fail() -> None:
        with transaction.atomic():
            kept(ada, candidate(library["Halo"]))
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        keep_and_fail()

    assert not RecommendationList.objects.exists()
    assert read(ada).source == "computed"


def test_an_external_track_that_the_library_has_by_now_is_listed_once(ada, library):
    kept(ada, outside())
    row = Recommendation.objects.get()
    row.track = library["Halo"]
    row.save()

    by_library = kept(ada, candidate(library["Halo"])).recommendations
    by_provider = kept(ada, outside()).recommendations
    by_both = kept(ada, outside(), candidate(library["Halo"])).recommendations

    assert [one.id for one in (*by_library, *by_provider, *by_both)] == [row.pk] * 3


def test_items_not_offered_for_a_month_and_lists_of_unused_rooms_are_purged(ada, library):
    now, minute = timezone.now(), timedelta(minutes=1)
    kept(ada, candidate(library["Halo"]), candidate(library["Naima"]))
    kept(ada, candidate(library["Halo"]))
    save_list(owner=Owner(room_id=new_room().pk), candidates=[candidate(library["Halo"])])

    assert purge_withdrawn(now=now + RETENTION - minute) == 0
    assert purge_withdrawn(now=timezone.now() + RETENTION + minute) == 2
    assert [one.user for one in RecommendationList.objects.all()] == [ada]
    assert titles(read(ada).recommendations) == ["Halo"]


@pytest.mark.django_db(transaction=True)
def test_a_changed_taste_profile_gives_another_list(ada, library):
    found_at = timezone.now()
    change_taste(user_id=ada.pk, given={"favorite_genres": ["pop"]}, is_whole=False)
    save_list(owner=Owner(user_id=ada.pk), candidates=[candidate(library["Naima"])], found_at=found_at)

    response = read(ada)

    assert response.source == "computed"
    assert set(titles(response.recommendations)[:3]) == {"Halo", "Toxic", "Royals"}


@pytest.mark.django_db(transaction=True)
def test_lists_are_deleted_with_their_account(ada, bo, library):
    for person in (ada, bo):
        read(person)
        request_refresh(user_id=person.pk)

    erase_person(user_id=ada.pk)

    assert [one.user for one in RecommendationList.objects.all()] == [bo]
    assert Recommendation.objects.count() == len(library)
    assert [run.key for run in JobRun.objects.all()] == [bo.key]
    assert cached_list(ada.pk) is None
    assert cached_list(bo.pk) is not None


@pytest.mark.parametrize("model", [RecommendationList, Recommendation])
def test_the_admin_shows_lists_read_only(ada, library, model):
    read(ada)
    row, staff = model._default_manager.first(), Admin("grace").client

    assert staff.get(list_path(row), {"q": "ada"}).status_code == 200
    assert staff.get(row_path(row)).status_code == 200
    for path in (f"{list_path(row)}add/", row_path(row, "delete"), row_path(row)):
        assert staff.post(path, {"post": "yes"}).status_code == 403
