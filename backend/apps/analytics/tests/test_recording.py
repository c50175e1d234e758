"""Activities are counted when they are stored and when they are deleted, and never changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from time_machine import TimeMachineFixture

from apps.analytics import views
from apps.analytics.models import Activity, DayCount, ImmutableActivityError, Kind
from apps.analytics.personal_data import AnalyticsPersonalData
from apps.analytics.serializers import read_activities
from apps.analytics.tests.invariants import check_roll_ups
from apps.analytics.tests.reports import report
from apps.playlist.services import Place, add_item, play_item, stop_playing
from apps.playlist.tests.people import Person
from apps.playlist.tests.rooms import new_room
from apps.tracks.models import Track
from apps.users.models import User
from core import json_codec
from core.models import IdempotencyRecord
from core.rate_limits import ACTIVITIES_OF_HOUR, RateLimitExceeded
from core.tests.admin_pages import Admin, list_path, row_path


def test_activities_from_the_shell_are_counted_and_uncountable_ones_rejected(
    ada: User, halo: Track, now: datetime
):
    stored = Activity.objects.create(user=ada, track=halo, kind=Kind.PLAY, occurred_at=now)
    Activity(user=ada, track=halo, kind=Kind.SKIP, occurred_at=now).save()
    check_roll_ups()

    stored.occurred_at = now - timedelta(days=1)
    for write in (
        stored.save,
        lambda: Activity.objects.update(kind="skip"),
        lambda: Activity.objects.bulk_create([stored]),
        lambda: Activity.objects.bulk_update([stored], ["kind"]),
    ):
        with pytest.raises(ImmutableActivityError):
            write()
    assert [one.occurred_at for one in Activity.objects.all()] == [now, now]


def test_deleted_activities_are_not_counted(ada: User, halo: Track, now: datetime):
    for kind in Kind.values:
        report(ada, halo, kind, at=now, times=2)
    everything = Activity.objects.all()
    ids = list(everything.filter(kind="play").values_list("pk", flat=True))
    for chosen, left in (
        (everything.none(), 10),
        (everything.get(pk=ids[0]), 9),
        (everything.filter(pk__in=ids), 8),
        (everything.filter(kind="skip", user__username="ada"), 6),
        (everything, 0),
    ):
        chosen.delete()
        assert Activity.objects.count() == left
        check_roll_ups()


def test_a_user_may_record_2_an_hour_and_20_a_day(
    ada: User, bo: User, halo: Track, settings, time_machine: TimeMachineFixture
):
    """And what rooms play of them takes nothing from that."""
    beginning = datetime(2025, 12, 4, tzinfo=UTC)
    time_machine.move_to(beginning, tick=False)
    settings.RATE_LIMIT_FACTOR = 2 / ACTIVITIES_OF_HOUR.max_calls

    def seconds_to_wait(times: int = 1) -> float:
        with pytest.raises(RateLimitExceeded) as rejection:
            report(ada, halo, times=times)
        assert rejection.value.status == 429
        seconds = rejection.value.retry_after_seconds
        assert seconds is not None
        return seconds

    for hour in range(10):
        time_machine.move_to(beginning + timedelta(hours=hour))
        assert hour or seconds_to_wait(3) == ACTIVITIES_OF_HOUR.period_seconds
        report(ada, halo)
        time_machine.move_to(beginning + timedelta(hours=hour, minutes=30))
        assert seconds_to_wait(2) == 30 * 60
        report(ada, halo)
        assert seconds_to_wait() == 30 * 60
    report(bo, halo, times=2)
    time_machine.move_to(beginning + timedelta(hours=23, minutes=59))
    assert seconds_to_wait() == 60
    time_machine.move_to(beginning + timedelta(hours=24))
    room = new_room()
    item = add_item(slug=room.slug, track_id=halo.pk, added_by="Ada", place=Place(), adder=ada.key)
    for _ in range(2):
        play_item(slug=room.slug, item_id=item.pk)
        stop_playing(slug=room.slug)
    assert Activity.objects.filter(user=ada).count() == 22
    report(ada, halo)
    assert Activity.objects.filter(user=ada).count() == 23

    settings.RATE_LIMIT_FACTOR = 0
    report(ada, halo, times=30)


def test_all_activities_of_a_user_are_exported_and_read_only_in_the_admin(
    ada: User, bo: User, halo: Track, now: datetime
):
    report(ada, halo, at=now)
    report(bo, halo, at=now)

    (exported,) = AnalyticsPersonalData().export(ada.key)["activities"]

    # Under these names; an artist comes with the track, and a quarter is made of `occurred_at`.
    names = {
        "kind": "activity_type",
        "recommendation_number": "recommendation_id",
        "room_play": "of_room_play",
    }
    stored = {field.name for field in Activity._meta.fields} - {"user", "quarter"}
    assert set(exported) == {names.get(field, field) for field in stored} | {"artist"}
    assert (exported["track"], exported["artist"]) == (halo.title, halo.artist)

    admin = Admin("grace")
    for row in (Activity.objects.get(user=ada), DayCount.objects.get()):
        assert admin.client.get(list_path(row), {"q": "beyonc"}).status_code == 200
        assert admin.client.get(row_path(row)).status_code == 200
        for path in (f"{list_path(row)}add/", row_path(row, "delete"), row_path(row)):
            assert admin.client.post(path, {"post": "yes"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_list_with_a_key_is_validated_before_the_transaction(halo: Track, monkeypatch: pytest.MonkeyPatch):
    """On SQLite that transaction is the write lock of all rooms."""
    within: list[bool] = []

    def noted(reading: Callable[..., Any]) -> Callable[..., Any]:
        def read(*arguments: Any, **options: Any) -> Any:
            within.append(connection.in_atomic_block)
            return reading(*arguments, **options)

        return read

    monkeypatch.setattr(json_codec, "parsed_json", noted(json_codec.parsed_json))
    monkeypatch.setattr(views, "read_activities", noted(read_activities))
    cy, client = User.objects.create_user("cy"), Client()
    client.force_login(cy)

    def send(**last: Any) -> Any:
        body = [{"track_id": halo.pk, "activity_type": "play"}] * 2
        body[-1] = {**body[-1], **last}
        named = {"Idempotency-Key": "list"}
        return client.post("/api/analytics/activity/", body, content_type="application/json", headers=named)

    rejected, stored = send(activity_type="sing"), send()

    assert (rejected.status_code, stored.status_code) == (400, 201)
    assert list(rejected.json()["error"]["details"]) == ["1.activity_type"]
    assert within == [False] * 4
    assert Activity.objects.count() == 2


def test_of_a_large_response_only_the_ids_are_stored(halo: Track):
    activity = {"track_id": halo.pk, "activity_type": "play", "context": {"why": "x" * 100}}
    key = {"Idempotency-Key": "large"}
    response = Person.with_account("cy").ask("POST", "analytics/activity/", [activity] * 200, **key)

    stored = IdempotencyRecord.objects.get(key="large")
    assert (response.status_code, stored.body) == (201, "")
    assert stored.recipe.split() == [str(one["id"]) for one in response.json()]
