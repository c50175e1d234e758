"""When a person goes, so does what they did, and every count says so."""

from datetime import datetime

import pytest
from django.test import Client

from apps.analytics.models import Activity
from apps.analytics.rolling_up import roll_up
from apps.analytics.selectors import summary_at
from apps.analytics.tests.laws import check_roll_ups
from apps.analytics.tests.telling import tell
from apps.tracks.models import Track
from apps.users.models import User


@pytest.mark.parametrize("way", ["instance", "queryset", "admin"])
def test_nothing_is_left_and_counts_are_right(
    ada: User, bo: User, halo: Track, now: datetime, django_capture_on_commit_callbacks, way: str
):
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
        with django_capture_on_commit_callbacks(execute=True):
            page = client.post(f"/admin/users/user/{ada.pk}/delete/", {"post": "yes"})
        assert page.status_code == 302, page.content

    assert not User.objects.filter(username="ada").exists()
    assert {one.user_id for one in Activity.objects.all()} == {bo.pk}
    assert summary_at(now).by_type.play == 1
    check_roll_ups()
    assert roll_up().wrong == 0
