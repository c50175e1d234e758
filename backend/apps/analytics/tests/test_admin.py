"""Activities and counts in the admin: to be looked at, and no more."""

from datetime import datetime

import pytest
from django.db.models import Model
from django.test import Client

from apps.analytics.models import Activity, DayCount
from apps.analytics.tests.telling import tell
from apps.tracks.models import Track
from apps.users.models import User


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("grace"))
    return client


@pytest.mark.parametrize(("model", "page"), [(Activity, "activity"), (DayCount, "daycount")])
def test_is_shown_and_not_written(
    staff: Client, ada: User, halo: Track, now: datetime, model: type[Model], page: str
):
    tell(ada, halo, at=now)
    row = model._default_manager.get()
    address = f"/admin/analytics/{page}/"

    assert staff.get(address).status_code == 200
    assert staff.get(f"{address}{row.pk}/change/").status_code == 200
    for write in ("add/", f"{row.pk}/delete/"):
        assert staff.post(address + write, {"post": "yes"}).status_code == 403
    assert staff.post(f"{address}{row.pk}/change/", {"kind": "skip"}).status_code == 403
    assert model._default_manager.get() == row


def test_activities_are_found(staff: Client, ada: User, halo: Track, now: datetime):
    tell(ada, halo, at=now)

    assert "Halo" in staff.get("/admin/analytics/activity/?q=beyonc").content.decode()
    assert "0 activities" in staff.get("/admin/analytics/activity/?q=nobody").content.decode()
