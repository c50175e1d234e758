"""A refresh is a job: asked for, looked at, made once, and not without end."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.contract.conftest import SEEDED_TRACKS, client_of
from tests.contract.error_checks import rejected
from tests.contract.libraries import Library
from tests.contract.people import begin_session, registered
from tests.contract.recommendations.listeners import REFRESH, Listener, ended, numbers
from tests.processes import TuttiServer

UNKNOWN_USER = 10**17
UNKNOWN = "5f0c0c3e-2f43-4d0a-9a55-0c6f4f6d3f5e"
AT_ONCE = 25


def job_page(job_id: str) -> str:
    return f"/api/recommendations/jobs/{job_id}/"


@pytest.mark.both_sizes  # what carries the word to a worker is another thing in each
def test_a_refresh_is_accepted_immediately_and_ends(dee: Listener):
    """Numbers stay the same, and what was skipped does not come back."""
    before = dee.read(limit=100)
    skipped = next(iter(numbers(before)))
    dee.tell("skip", track_id=skipped)
    headers = {"Idempotency-Key": "again"}

    response = dee.http.post(REFRESH, headers=headers)  # without a body

    body = response.json()
    assert response.status_code == 202
    assert body.keys() == {"job_id", "status", "status_url"}
    assert body["status"] == "queued"
    assert httpx.URL(body["status_url"]).path == job_page(body["job_id"])
    job = ended(dee.http, body["status_url"])
    assert job.keys() == {
        *("job_id", "status", "attempts", "created_at", "started_at", "finished_at", "error"),
    }
    assert (job["job_id"], job["status"]) == (body["job_id"], "succeeded")
    assert (job["attempts"], job["error"]) == (1, None)
    shown = dee.read()
    assert (shown["source"], shown["count"]) == ("cache", 20)
    assert shown["generated_at"] > before["generated_at"]
    again = dee.http.post(REFRESH, headers=headers)
    assert (again.status_code, again.json()) == (202, body)
    kept, found = numbers(before), numbers(dee.read(limit=100))
    assert len(found) >= SEEDED_TRACKS - 1
    assert skipped not in found
    both = kept.keys() & found.keys()
    assert both
    assert {track: found[track] for track in both} == {track: kept[track] for track in both}
    same, other = dee.refresh(), dee.refresh(limit=5)  # other wishes are another job
    assert same["job_id"] == body["job_id"] != other["job_id"]
    assert dee.read()["count"] == 5


def test_seeds_influence_the_refreshed_list(dee: Listener, library: Library):
    by_genre = library.add("By genre", genre=library.word, artist=f"{library.word} x")
    by_artist = library.add("By artist", artist=library.word)

    job = dee.refresh(seed_genres=[library.word], seed_artists=[library.word])

    assert job["status"] == "succeeded"
    shown = dee.read()["recommendations"][:2]
    assert {one["track"]["id"]: one["reasons"][0] for one in shown} == {
        by_genre["id"]: {"kind": "seed_genre", "text": f"You asked for {library.word}", "track_id": None},
        by_artist["id"]: {"kind": "seed_artist", "text": f"You asked for {library.word}", "track_id": None},
    }


# In every run a tenth of those of a long one: that many share one job takes no more.
@pytest.mark.both_sizes
@pytest.mark.parametrize("times", [4, pytest.param(40, marks=pytest.mark.long)])
def test_concurrent_refreshes_are_one_job(server: TuttiServer, dee: Listener, times: int):
    cookies = dict(dee.http.cookies)

    def ask(_number: int) -> list[httpx.Response]:
        with client_of(server, cookies=cookies) as http:
            return [http.post(REFRESH) for _ in range(times)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        responses = [response for of_one in pool.map(ask, range(AT_ONCE)) for response in of_one]

    assert [response.status_code for response in responses] == [202] * (AT_ONCE * times)
    (status_url,) = {response.json()["status_url"] for response in responses}
    assert ended(dee.http, status_url)["status"] == "succeeded"
    again = dee.http.post(REFRESH).json()
    assert (again["status_url"], again["status"]) == (status_url, "succeeded")
    dee.read(limit=100)


ODD_WISHES: list[dict[str, Any]] = [
    *({"limit": limit} for limit in (0, 101, "20", True)),
    {"seed_genres": "jazz"},
    {"seed_genres": [f"genre {number}" for number in range(21)]},
    {"seed_genres": ["x" * 51]},
    {"seed_artists": [f"artist {number}" for number in range(51)]},
    {"seed_artists": ["x" * 201]},
]


def test_invalid_seeds_and_moods_are_rejected(dee: Listener):
    for body in ODD_WISHES:
        details = rejected(dee.http.post(REFRESH, json=body), 400, "VALIDATION_ERROR")
        assert details.keys() == body.keys()


# --- For whom ----------------------------------------------------------------------------------------


def test_staff_may_refresh_for_others(staff: httpx.Client, dee: Listener, eli: Listener):
    response = staff.post(f"{dee.page}refresh/")

    assert response.status_code == 202
    status_url = response.json()["status_url"]
    assert ended(staff, status_url)["status"] == "succeeded"
    assert dee.http.get(status_url).status_code == 200
    rejected(eli.http.get(status_url), 404, "NOT_FOUND")
    for http in (dee.http, staff):
        for unknown in (UNKNOWN, "77"):
            rejected(http.get(job_page(unknown)), 404, "NOT_FOUND")


def test_others_and_anonymous_callers_may_not_refresh(
    dee: Listener, eli: Listener, client: httpx.Client, ada: httpx.Client
):
    pages = [f"/api/recommendations/user/{number}/refresh/" for number in (dee.user_id, UNKNOWN_USER)]

    others = [eli.http.post(page) for page in pages]
    assert others[0].json() == others[1].json()
    rejected(others[0], 403, "PERMISSION_DENIED")
    for http in (client, ada):
        strangers = [http.post(page) for page in [*pages, REFRESH]]
        assert all(response.json() == strangers[0].json() for response in strangers)
        rejected(strangers[0], 401, "NOT_AUTHENTICATED")
        rejected(http.get(job_page(UNKNOWN)), 401, "NOT_AUTHENTICATED")


# --- Limits ------------------------------------------------------------------------------------------


@pytest.mark.both_sizes
def test_a_user_may_refresh_five_times_an_hour(newcomer: httpx.Client):
    begin_session(newcomer, registered(newcomer))
    for number in range(5):
        response = newcomer.post(REFRESH, json={"limit": number + 1})
        assert response.status_code == 202, response.text
        ended(newcomer, response.json()["status_url"])

    rejected(response := newcomer.post(REFRESH), 429, "RATE_LIMITED")

    assert 3500 < int(response.headers["Retry-After"]) <= 3600
    assert newcomer.get("/api/recommendations/me/").status_code == 200
