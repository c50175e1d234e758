"""Concurrent recording, deletion and recounts; threads represent several processes."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta

import pytest

from apps.analytics.models import Activity, Kind
from apps.analytics.services import NewActivity, record_activities
from apps.analytics.tasks import roll_up
from apps.analytics.tests.conftest import AddTrack
from apps.analytics.tests.invariants import check_roll_ups
from apps.analytics.tests.reports import report
from apps.jobs.tests.concurrent_users import run_concurrently
from apps.playlist.services import Place, add_item, play_item, remove_item
from apps.playlist.tests.rooms import new_room
from apps.tracks.models import Track
from apps.tracks.services import delete_track
from apps.users.models import User
from apps.users.personal_data import erase_person
from core.errors import ApiError, NotAuthenticated, NotFound

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 4
ROUNDS = 5
Write = Callable[[], object]
Going = Callable[[int], object]
Planned = dict[int, list[list[NewActivity]]]


def concurrently(*writes: Write) -> None:
    run_concurrently(len(writes), lambda index: writes[index]())


@pytest.fixture
def tracks(add_track: AddTrack) -> list[Track]:
    return [add_track(f"Track {number}") for number in range(4)]


def delete_person(user_id: int) -> None:
    """As the admin does."""
    User.objects.filter(pk=user_id).delete()


@pytest.fixture(params=["erased", "deleted"])
def go(request: pytest.FixtureRequest) -> Going:
    return delete_person if request.param == "deleted" else lambda user_id: erase_person(user_id=user_id)


def lists(tracks: list[Track], now: datetime) -> Iterator[list[NewActivity]]:
    """Of all tracks over two days, each list in another order."""
    for order in itertools.cycle(itertools.permutations(tracks)):
        yield [
            NewActivity(Kind.PLAY, track.pk, occurred_at=now - timedelta(days=number % 2))
            for number, track in enumerate(order)
        ]


@pytest.fixture
def planned(ada: User, bo: User, tracks: list[Track], now: datetime) -> Planned:
    """What each of them is going to report."""
    reported = lists(tracks, now)
    return {person.pk: [next(reported) for _ in range(ROUNDS)] for person in (ada, bo)}


def record(user_id: int, lists: list[list[NewActivity]], *, until: type[ApiError] | None = None) -> None:
    """One list after the other; `until` is how an end may come before."""
    with suppress(until) if until else nullcontext():
        for activities in lists:
            record_activities(user_id=user_id, activities=activities)


def test_concurrent_lists_of_the_same_tracks_lose_nothing(tracks: list[Track], planned: Planned):
    plans = [(user_id, lists[::step]) for step in (1, -1) for user_id, lists in planned.items()]
    concurrently(*[lambda plan=plan: record(*plan) for plan in plans])

    assert Activity.objects.count() == WRITERS * ROUNDS * len(tracks)
    check_roll_ups()


def test_deleting_during_a_recount_leaves_correct_counts(
    ada: User, bo: User, tracks: list[Track], planned: Planned
):
    record(ada.pk, planned[ada.pk])

    def write(user_id: int) -> None:
        record(user_id, planned[user_id])

    def delete() -> None:
        for track in tracks:
            Activity.objects.filter(track=track, user=ada).delete()

    concurrently(lambda: write(ada.pk), lambda: write(bo.pk), delete, roll_up, delete)

    check_roll_ups()
    assert roll_up().wrong == 0


def test_an_account_may_be_deleted_while_it_records(
    ada: User, bo: User, tracks: list[Track], planned: Planned, go: Going
):
    def write() -> None:
        record(ada.pk, planned[ada.pk], until=NotAuthenticated)

    concurrently(write, write, lambda: go(ada.pk), lambda: report(bo, tracks[0]))

    assert set(Activity.objects.values_list("user_id", flat=True)) == {bo.pk}
    check_roll_ups()


def test_a_track_may_be_deleted_while_it_is_recorded(
    ada: User, bo: User, tracks: list[Track], planned: Planned
):
    def write(user_id: int) -> None:
        record(user_id, planned[user_id], until=NotFound)

    concurrently(lambda: write(ada.pk), lambda: write(bo.pk), lambda: delete_track(track_id=tracks[0].pk))

    assert not Activity.objects.filter(track_id=tracks[0].pk).exists()
    check_roll_ups()


def play_all(slug: str, tracks: list[Track], adder: str) -> None:
    for track in tracks:
        try:
            item = add_item(slug=slug, track_id=track.pk, added_by="Somebody", place=Place(), adder=adder)
        except NotAuthenticated:
            return
        play_item(slug=slug, item_id=item.pk)
        remove_item(slug=slug, item_id=item.pk)


def test_account_deleted_while_rooms_play_its_tracks(ada: User, bo: User, tracks: list[Track], go: Going):
    slugs, adder = [new_room().slug, new_room().slug], f"user:{ada.pk}"
    play_all(slugs[0], tracks, adder)

    concurrently(
        *[lambda slug=slug: play_all(slug, tracks, adder) for slug in slugs],
        lambda: go(ada.pk),
        lambda: report(bo, tracks[0]),
    )

    assert set(Activity.objects.values_list("user_id", flat=True)) == {bo.pk}
    check_roll_ups()


def test_room_plays_during_reports_and_a_recount(ada: User, bo: User, tracks: list[Track], planned: Planned):
    rooms = [new_room(), new_room()]
    concurrently(
        lambda: play_all(rooms[0].slug, tracks, f"user:{ada.pk}"),
        lambda: play_all(rooms[1].slug, tracks, f"user:{bo.pk}"),
        lambda: record(ada.pk, planned[ada.pk]),
        roll_up,
    )

    assert Activity.objects.filter(room_play__isnull=False).count() == 2 * len(tracks)
    check_roll_ups()
