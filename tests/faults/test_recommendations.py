"""Recommendations while Redis is away: the database answers, and nobody waits."""

import time

import httpx

from tests.live.conftest import Pair
from tests.processes import TuttiServer
from tests.services import Redis

PASSWORD = "a long enough pass phrase"
ME = "/api/recommendations/me/"
# Every call to Redis inside a request gives up after 0.05 s; the rest is the busy machine.
ANSWER_SECONDS = 1.5


def access_of(server: TuttiServer) -> dict[str, str]:
    facts = {"username": "ada", "email": "ada@tutti.example", "password": PASSWORD}
    answer = httpx.post(f"{server.base_url}/api/users/", json=facts)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['access']}"}


def read(server: TuttiServer, headers: dict[str, str]) -> dict:
    began = time.monotonic()
    answer = httpx.get(server.base_url + ME, headers=headers)
    assert answer.status_code == 200, answer.text
    assert time.monotonic() - began < ANSWER_SECONDS
    told: dict = answer.json()
    return told


def test_the_database_answers_while_redis_is_away(pair: Pair, own_redis: Redis):
    headers = access_of(pair.one)
    first = read(pair.one, headers)
    assert first["source"] == "computed"

    own_redis.kill()
    pair.other.restart()  # it remembers nothing of its own
    away = [read(server, headers) for server in (pair.other, pair.one)]
    skipped = first["recommendations"][0]["track"]["id"]
    activity = {"track_id": skipped, "activity_type": "skip"}
    told = httpx.post(f"{pair.one.base_url}/api/analytics/activity/", json=activity, headers=headers)
    after = read(pair.one, headers)

    assert away[0]["source"] == "database"
    assert [one["recommendations"] for one in away] == [first["recommendations"]] * 2
    assert told.status_code == 201
    assert skipped not in [one["track"]["id"] for one in after["recommendations"]]

    own_redis.start()
    assert read(pair.one, headers)["count"] == 20
