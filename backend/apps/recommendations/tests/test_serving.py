"""What somebody is answered: at once, from the nearest place, without what is not for them."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from apps.jobs.models import JobRun
from apps.playlist.services import Place, add_item
from apps.playlist.tests.rooms import new_room
from apps.recommendations.models import RecommendationList
from apps.recommendations.serving import MOST_KEPT, STALE_AFTER, recommendations_for, refreshed
from apps.recommendations.tests.telling import kinds, read, tell, texts, titles
from apps.users.account_services import change_taste
from core.errors import NotFound

# Commits that happen, so that what is remembered is what is kept.
pytestmark = pytest.mark.django_db(transaction=True)


def test_somebody_new_gets_an_answer_at_once(ada, library):
    answer = read(ada)

    assert (answer.user_id, answer.source, answer.stale, answer.missing_sources) == (
        ada.pk,
        "computed",
        False,
        (),
    )
    assert set(titles(answer.recommendations)) == set(library)
    assert answer.count == len(library)
    assert all(one.reasons for one in answer.recommendations)
    assert [one.rank for one in answer.recommendations] == [*range(1, len(library) + 1)]


def test_of_an_empty_library_nothing(ada):
    assert read(ada).recommendations == []


def test_the_profile_decides_for_who_has_done_nothing(add_person, library):
    cem = add_person("cem", favorite_genres=["jazz"], favorite_artists=["Lorde"])

    shown = read(cem).recommendations

    assert set(titles(shown)[:5]) == {"So What", "Blue in Green", "Naima", "Footprints", "Royals"}
    assert kinds(shown, "Royals")[0] == "favorite_artist"
    assert texts(shown, "Naima")[0] == "Because you like jazz"


def test_the_second_reading_is_remembered_and_the_same(ada, library, django_assert_num_queries):
    first = read(ada)

    with django_assert_num_queries(0):
        second = read(ada)

    assert second.source == "cache"
    assert second.recommendations == first.recommendations
    assert second.generated_at == first.generated_at


def test_without_a_cache_the_database_answers_in_two_queries(ada, library, django_assert_num_queries):
    first = read(ada)
    cache.clear()

    with django_assert_num_queries(2):
        second = read(ada)

    assert second.source == "database"
    assert second.recommendations == first.recommendations
    assert read(ada).source == "cache"


def test_a_cached_answer_is_one_read_of_the_cache(ada, library, monkeypatch):
    read(ada)
    calls: Counter[str] = Counter()

    def counted(name: str):
        real = getattr(cache, name)

        def call(*args, **kwargs):
            calls[name] += 1
            return real(*args, **kwargs)

        return call

    for name in ("get", "set", "add", "get_many", "has_key"):
        monkeypatch.setattr(cache, name, counted(name))

    read(ada)

    assert calls == {"get": 1}


def test_fewer_are_shown_and_the_rest_is_not_lost(ada, library):
    assert len(read(ada, limit=3).recommendations) == 3
    assert len(read(ada, limit=5).recommendations) == 5


def test_without_a_limit_as_many_as_the_refresh_said(ada, add_track):
    for number in range(30):
        add_track(f"Number {number}", f"Artist {number}")
    assert read(ada, limit=None).count == 20

    refreshed(ada.pk, with_outside=True, usual_count=7)

    assert read(ada, limit=None).count == 7
    assert read(ada, limit=100).count == 30


def test_a_list_is_not_without_end(ada, add_track):
    for number in range(MOST_KEPT + 20):
        add_track(f"Number {number}", f"Artist {number}")

    assert read(ada).count == MOST_KEPT


def test_what_is_in_the_queue_of_the_room_is_left_out(ada, library):
    room = new_room()
    for title in ("Halo", "Naima"):
        add_item(slug=room.slug, track_id=library[title].pk, added_by="Bo", place=Place())

    for _ in range(2):
        shown = read(ada, room=room.slug)
        assert set(titles(shown.recommendations)) == set(library) - {"Halo", "Naima"}
        assert [one.rank for one in shown.recommendations] == [*range(1, 6)]
    assert set(titles(read(ada).recommendations)) == set(library)


@pytest.mark.parametrize("slug", ["attic", "", "UPPER", "a\0b", "\ud800", "x" * 60])
def test_a_room_that_is_not_there(ada, slug):
    with pytest.raises(NotFound):
        read(ada, room=slug)


def test_somebody_who_is_not_there(db):
    with pytest.raises(NotFound):
        recommendations_for(10**9, limit=None, room=None)


def test_likes_bring_more_of_the_kind(ada, library):
    tell(ada, "like", library["So What"])

    shown = read(ada).recommendations

    assert titles(shown)[0] == "Blue in Green"
    assert texts(shown, "Blue in Green")[0] == "By Miles Davis, whose So What you liked"
    assert titles(shown)[-1] == "So What"
    assert texts(shown, "So What")[-1] == "You liked this"


def test_another_taste_is_another_list_at_once(ada, library):
    before = read(ada)
    change_taste(user_id=ada.pk, given={"favorite_genres": ["jazz"]}, is_whole=False)

    after = read(ada)

    assert (before.source, after.source) == ("computed", "computed")
    assert set(titles(after.recommendations)[:4]) == {"So What", "Blue in Green", "Naima", "Footprints"}
    numbers = {one.track.title: one.id for one in before.recommendations}
    assert {one.track.title: one.id for one in after.recommendations} == numbers


def test_an_old_list_is_given_and_asked_for_anew_once(ada, library):
    read(ada)
    old = timezone.now() - STALE_AFTER - timedelta(minutes=1)
    RecommendationList.objects.update(generated_at=old)
    cache.clear()

    answers = [read(ada) for _ in range(3)]

    assert [answer.stale for answer in answers] == [True] * 3
    assert [answer.source for answer in answers] == ["database", "cache", "cache"]
    assert [run.key for run in JobRun.objects.all()] == [ada.key]


def test_a_list_of_today_is_not_old(ada, library):
    read(ada)
    now = timezone.now() + STALE_AFTER - timedelta(minutes=1)

    assert not recommendations_for(ada.pk, limit=None, room=None, now=now).stale
    assert not JobRun.objects.exists()
