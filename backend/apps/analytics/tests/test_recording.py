"""What is stored of what people tell."""

from datetime import datetime, timedelta

import pytest

from apps.analytics import upper_apps
from apps.analytics.models import Activity, FactsAreKept, Kind
from apps.analytics.services import NewActivity, record_activities
from apps.analytics.tests.laws import check_roll_ups
from apps.analytics.tests.telling import tell
from apps.analytics.upper_apps import register_recommendations
from apps.tracks.models import Track
from apps.users.models import User
from core.errors import NotAuthenticated, NotFound


def test_what_is_told_is_stored(ada: User, halo: Track, now: datetime):
    told = NewActivity(kind=Kind.LIKE, track_id=halo.pk, context={"from": "queue"}, occurred_at=now)

    [stored] = record_activities(user_id=ada.pk, told=[told])

    again = Activity.objects.get()
    assert (again.pk, again.user_id, again.track_id) == (stored.pk, ada.pk, halo.pk)
    assert (again.kind, again.context, again.occurred_at) == ("like", {"from": "queue"}, now)
    check_roll_ups()


def test_without_a_time_it_is_now(ada: User, halo: Track):
    [stored] = tell(ada, halo)

    assert stored.occurred_at == stored.received_at


def test_many_are_stored_in_their_order(ada: User, halo: Track, now: datetime):
    kinds = ["skip", "play", "share", "play"]
    told = [NewActivity(kind=Kind(kind), track_id=halo.pk, occurred_at=now) for kind in kinds]

    stored = record_activities(user_id=ada.pk, told=told)

    assert [one.kind for one in stored] == kinds
    assert [one.pk for one in stored] == sorted(one.pk for one in stored)
    check_roll_ups()


def test_of_many_with_one_unknown_track_nothing_is_stored(ada: User, halo: Track):
    told = [NewActivity(kind=Kind.PLAY, track_id=number) for number in (halo.pk, halo.pk + 77)]

    with pytest.raises(NotFound) as refusal:
        record_activities(user_id=ada.pk, told=told)

    assert refusal.value.details == {"track_id": halo.pk + 77}
    assert not Activity.objects.exists()
    check_roll_ups()


def test_who_has_just_gone_tells_nothing(halo: Track):
    with pytest.raises(NotAuthenticated):
        record_activities(user_id=77, told=[NewActivity(kind=Kind.PLAY, track_id=halo.pk)])


# --- Recommendations ---------------------------------------------------------------------------------


@pytest.fixture
def no_app_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upper_apps, "_find_tracks", [])
    monkeypatch.setattr(upper_apps, "_recommendations", [])


def test_nobody_recommends_so_no_recommendation_is_known(no_app_above: None, ada: User):
    with pytest.raises(NotFound) as refusal:
        record_activities(user_id=ada.pk, told=[NewActivity(kind=Kind.LIKE, recommendation_id=5)])

    assert refusal.value.details == {"recommendation_id": 5}
    assert "recommendation" in refusal.value.message


def test_a_recommendation_is_of_a_track(no_app_above: None, ada: User, bo: User, halo: Track):
    of_ada = {5: halo.pk}
    register_recommendations(
        find_tracks=lambda user_id, _numbers: of_ada if user_id == ada.pk else {},
        rows=User.objects.all,
    )

    [stored] = record_activities(user_id=ada.pk, told=[NewActivity(kind=Kind.LIKE, recommendation_id=5)])

    assert (stored.track_id, stored.recommendation_number) == (halo.pk, 5)
    with pytest.raises(NotFound):
        record_activities(user_id=bo.pk, told=[NewActivity(kind=Kind.LIKE, recommendation_id=5)])


# --- Facts are kept ----------------------------------------------------------------------------------


def test_the_shell_counts_too(ada: User, halo: Track, now: datetime):
    one = Activity.objects.create(user=ada, track=halo, kind=Kind.PLAY, occurred_at=now)
    Activity(user=ada, track=halo, kind=Kind.SKIP, occurred_at=now).save()
    check_roll_ups()

    one.delete()

    assert Activity.objects.count() == 1
    check_roll_ups()


def test_what_would_not_be_counted_is_refused(ada: User, halo: Track, now: datetime):
    [stored] = tell(ada, halo, at=now)
    stored.occurred_at = now - timedelta(days=1)

    for write in (
        stored.save,
        lambda: Activity.objects.update(kind="skip"),
        lambda: Activity.objects.bulk_create([stored]),
        lambda: Activity.objects.bulk_update([stored], ["kind"]),
    ):
        with pytest.raises(FactsAreKept):
            write()
    assert Activity.objects.get().occurred_at == now


@pytest.mark.parametrize("chosen", ["all", "none", "one kind", "sliced"])
def test_whatever_is_deleted_is_counted_no_more(ada: User, halo: Track, now: datetime, chosen: str):
    for kind in Kind.values:
        tell(ada, halo, kind, at=now, times=2)
    everything = Activity.objects.all()
    querysets = {
        "all": everything,
        "none": everything.none(),
        "one kind": everything.filter(kind="skip", user__username="ada"),
        "sliced": Activity.objects.filter(pk__in=list(everything.values_list("pk", flat=True)[:3])),
    }

    querysets[chosen].delete()

    assert Activity.objects.count() == {"all": 0, "none": 10, "one kind": 8, "sliced": 7}[chosen]
    check_roll_ups()
