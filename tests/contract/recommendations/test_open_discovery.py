"""OPEN_DISCOVERY_API: for a trusted network, and for clients that know no login."""

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import ReadyMadeData, Size
from tests.contract.conftest import client_of
from tests.contract.people import registered
from tests.contract.recommendations.listeners import check_recommendations, ended
from tests.contract.refusals import refused
from tests.processes import TuttiServer

NOBODY = 10**17


@pytest.fixture(scope="module")
def open_server(size: Size, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    options = ready_made_data.options(size)
    with TuttiServer(**options, environment={"OPEN_DISCOVERY_API": "true"}) as started:
        yield started


@pytest.fixture
def stranger(open_server: TuttiServer) -> Iterator[httpx.Client]:
    with client_of(open_server) as http:
        yield http


@pytest.fixture
def user_id(stranger: httpx.Client) -> int:
    return int(registered(stranger)["id"])


def test_anybody_reads_refreshes_and_looks_at_the_job(stranger: httpx.Client, user_id: int):
    page = f"/api/recommendations/user/{user_id}/"

    told = stranger.get(page)
    asked = stranger.post(f"{page}refresh/", json={"limit": 3})

    assert (told.status_code, asked.status_code) == (200, 202)
    check_recommendations(told.json())
    assert ended(stranger, asked.json()["status_url"])["status"] == "succeeded"
    assert stranger.get(page).json()["count"] == 3


def test_anybody_records_by_user_id_and_reads_the_figures(stranger: httpx.Client, user_id: int):
    one = stranger.get(f"/api/recommendations/user/{user_id}/").json()["recommendations"][0]
    body = {"user_id": user_id, "recommendation_id": one["id"], "interaction_type": "like"}

    stored = stranger.post("/api/analytics/activity/", json=body)
    listed = stranger.post("/api/analytics/activity/", json=[{**body, "interaction_type": "play"}] * 2)

    assert (stored.status_code, listed.status_code) == (201, 201)
    assert stored.json()["user_id"] == user_id
    figures = stranger.get(f"/api/analytics/user/{user_id}/")
    assert figures.json()["by_type"] == {"play": 2, "like": 1, "dislike": 0, "skip": 0, "share": 0}


def test_nobody_is_still_nobody(stranger: httpx.Client):
    refused(stranger.get(f"/api/recommendations/user/{NOBODY}/"), 404, "NOT_FOUND")
    refused(stranger.get(f"/api/analytics/user/{NOBODY}/"), 404, "NOT_FOUND")
    activity = {"user_id": NOBODY, "track_id": 1, "activity_type": "play"}
    refused(stranger.post("/api/analytics/activity/", json=activity), 404, "NOT_FOUND")
    refused(stranger.get("/api/recommendations/me/"), 401, "NOT_AUTHENTICATED")
    unnamed = {"track_id": 1, "activity_type": "play"}
    refused(stranger.post("/api/analytics/activity/", json=unnamed), 401, "NOT_AUTHENTICATED")


def test_accounts_stay_closed_and_the_start_says_that_the_rest_is_open(
    stranger: httpx.Client, user_id: int, open_server: TuttiServer, server: TuttiServer
):
    refused(stranger.get(f"/api/users/{user_id}/"), 401, "NOT_AUTHENTICATED")
    refused(stranger.get("/api/users/me/export/"), 401, "NOT_AUTHENTICATED")
    assert "OPEN_DISCOVERY_API is on" in open_server.log
    assert "OPEN_DISCOVERY_API" not in server.log
