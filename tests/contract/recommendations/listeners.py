"""A user with an account, as recommendations see them over HTTP."""

from typing import Any

import httpx

from tests.contract.payload_checks import INSTANT, check_track
from tests.services import wait_for

ME = "/api/recommendations/me/"
REFRESH = f"{ME}refresh/"


class Listener:
    """`read` and `tell` have to succeed; requests that may be rejected use `http`."""

    def __init__(self, http: httpx.Client, account: dict[str, Any]) -> None:
        self.http = http
        self.user_id: int = account["id"]

    @property
    def page(self) -> str:
        return f"/api/recommendations/user/{self.user_id}/"

    def read(self, **query: Any) -> dict[str, Any]:
        response = self.http.get(ME, params=query)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        check_recommendations(body)
        assert body["user_id"] == self.user_id
        return body

    def tell(self, kind: str, **subject: int) -> Any:
        response = self.http.post("/api/analytics/activity/", json={"activity_type": kind, **subject})
        assert response.status_code == 201, response.text
        return response.json()

    def refresh(self, **wanted: Any) -> dict[str, Any]:
        """Asks for it and waits; the job as it ended."""
        response = self.http.post(REFRESH, json=wanted)
        assert response.status_code == 202, response.text
        return ended(self.http, response.json()["status_url"])


def ended(http: httpx.Client, status_url: str) -> dict[str, Any]:
    """The job, when it has ended."""
    reported: dict[str, Any] = {}

    def has_ended() -> bool:
        response = http.get(status_url)
        assert response.status_code == 200, response.text
        reported.update(response.json())
        return reported["status"] in {"succeeded", "failed"}

    wait_for(has_ended)
    return reported


def track_ids(reported: dict[str, Any]) -> list[int]:
    return [one["track"]["id"] for one in reported["recommendations"]]


def numbers(reported: dict[str, Any]) -> dict[int, int]:
    """The number of each recommendation by its track."""
    return {one["track"]["id"]: one["id"] for one in reported["recommendations"]}


def check_recommendations(reported: dict[str, Any]) -> None:
    """What holds of each answer, a person's or a room's."""
    whose = {"user_id", "room"} & reported.keys()
    assert len(whose) == 1
    assert reported.keys() - whose == {
        *("source", "generated_at", "stale", "missing_sources", "count", "recommendations"),
    }
    assert reported["source"] in {"cache", "database", "computed"}
    assert INSTANT.fullmatch(reported["generated_at"])
    shown = reported["recommendations"]
    assert reported["count"] == len(shown)
    assert [one["rank"] for one in shown] == [*range(1, len(shown) + 1)]
    assert len({one["id"] for one in shown}) == len(shown)
    scores = [one["score"] for one in shown]
    assert scores == sorted(scores, reverse=True)
    for one in shown:
        check_recommendation(one)


def check_recommendation(one: dict[str, Any]) -> None:
    assert one.keys() == {
        *("id", "rank", "score", "track", "provider", "reasons", "preview_url", "external_url"),
    }
    assert 0 <= one["score"] <= 1
    if one["track"]["id"] is not None:
        check_track(one["track"])
    assert one["reasons"]
    for reason in one["reasons"]:
        assert reason.keys() == {"kind", "text", "track_id"}
        assert reason["kind"]
        assert reason["text"]
