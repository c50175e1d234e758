"""Recommendations in the admin: to be looked at, and no more."""

import pytest
from django.test import Client

from apps.recommendations.models import Recommendation, RecommendationList
from apps.recommendations.tests.telling import read
from apps.users.models import User


@pytest.mark.parametrize("model", [RecommendationList, Recommendation])
def test_is_shown_and_not_written(ada, library, model):
    read(ada)
    row = model._default_manager.first()
    staff = Client()
    staff.force_login(User.objects.create_superuser("grace"))
    address = f"/admin/recommendations/{model._meta.model_name}/"

    assert staff.get(address, {"q": "ada"}).status_code == 200
    assert staff.get(f"{address}{row.pk}/change/").status_code == 200
    for write in ("add/", f"{row.pk}/delete/", f"{row.pk}/change/"):
        assert staff.post(address + write, {"post": "yes"}).status_code == 403
