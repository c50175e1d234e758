"""What is kept of a person here is told to them, and goes with them."""

import pytest

from apps.jobs.models import JobRun
from apps.recommendations.belongings import RecommendationBelongings
from apps.recommendations.models import Recommendation, RecommendationList
from apps.recommendations.refreshing import request_refresh
from apps.recommendations.remembering import remembered_offered
from apps.recommendations.tests.telling import read
from apps.users.erasure import erase_person
from apps.users.models import Guest


def test_the_list_and_the_jobs_are_told(ada, bo, library):
    read(ada)
    read(bo)
    request_refresh(user_id=ada.pk, limit=5, seed_genres=["jazz"])

    told = RecommendationBelongings().exported(ada.key)

    assert {one["track"] for one in told["recommendations"]} == set(library)
    assert len(told["recommendations"]) == len(library)
    assert told["recommendations"][0]["reasons"]
    (job,) = told["recommendation_jobs"]
    assert job["asked_for"]["seed_genres"] == ["jazz"]
    assert job["job"].status == "queued"
    assert RecommendationBelongings().exported(Guest.objects.create(name="Ada").key) == {}


@pytest.mark.django_db(transaction=True)
def test_all_of_it_goes_with_the_account(ada, bo, library):
    read(ada)
    read(bo)
    request_refresh(user_id=ada.pk)

    erase_person(user_id=ada.pk)

    assert [kept.user for kept in RecommendationList.objects.all()] == [bo]
    assert Recommendation.objects.count() == len(library)
    assert not JobRun.objects.exists()
    assert remembered_offered(ada.pk) is None
    assert remembered_offered(bo.pk) is not None
