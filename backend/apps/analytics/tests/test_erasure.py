"""When a person goes, so does what they did, and every count says so."""

from datetime import datetime

import pytest
from django.test import Client

from apps.analytics.models import Activity
from apps.analytics.rolling_up import roll_up
from apps.analytics.selectors import activities_of, summary_at
from apps.analytics.tests.laws import KEYS, check_roll_ups, stored
from apps.analytics.tests.telling import tell
from apps.tracks.models import Track
from apps.users.models import User


@pytest.mark.parametrize("way", ["instance", "queryset", "admin"])
def test_nothing_is_left_and_counts_are_right(ada: User, bo: User, halo: Track, now: datetime, way: str):
    staff = User.objects.create_superuser("grace")
    tell(ada, halo, at=now, times=3)
    tell(bo, halo, at=now)

    if way == "instance":
        ada.delete()
    elif way == "queryset":
        User.objects.filter(username="ada").delete()
    else:
        client = Client()
        client.force_login(staff)
        page = client.post(f"/admin/users/user/{ada.pk}/delete/", {"post": "yes"})
        assert page.status_code == 302, page.content

    assert not User.objects.filter(username="ada").exists()
    assert {one.user_id for one in Activity.objects.all()} == {bo.pk}
    assert summary_at(now).by_type.play == 1
    check_roll_ups()
    assert roll_up().wrong == 0


def test_the_last_person_leaves_no_row(ada: User, halo: Track, now: datetime):
    tell(ada, halo, at=now)

    ada.delete()

    assert not any(stored(roll_up) for roll_up in KEYS)


def test_what_is_stored_of_a_person_can_be_exported(ada: User, bo: User, halo: Track, now: datetime):
    told = [*tell(ada, halo, at=now), *tell(ada, halo, "like", at=now)]
    tell(bo, halo, at=now)

    assert list(activities_of(ada.pk)) == told
