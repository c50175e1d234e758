"""Summary and trends: for everybody, of everybody, naming nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.analytics.people import Person
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.shapes import INSTANT, check_track

SUMMARY, TRENDS = "/api/analytics/summary/", "/api/analytics/trends/"
MOST = 100


def summary(http: httpx.Client) -> dict[str, Any]:
    answer = http.get(SUMMARY)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def trends(http: httpx.Client, **query: int) -> dict[str, Any]:
    answer = http.get(TRENDS, params={"limit": MOST, **query})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def named(entries: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    return next((entry for entry in entries if entry["name"] == name), None)


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def test_the_summary_has_all_its_figures(client: httpx.Client):
    told = summary(client)

    numbers = {"users", "active_users_7d", "tracks", "recommendations", "activities", "activities_7d"}
    assert told.keys() == numbers | {"room_plays", "by_type", "generated_at"}
    assert all(isinstance(told[name], int) for name in (*numbers, "room_plays"))
    assert told["by_type"].keys() == {"play", "like", "dislike", "skip", "share"}
    assert sum(told["by_type"].values()) == told["activities"]
    assert told["tracks"] >= 35
    assert INSTANT.fullmatch(told["generated_at"])


def test_the_summary_counts_what_is_told(client: httpx.Client, dee: Person, track_id: int):
    dee.tell({"track_id": track_id, "activity_type": "share"})
    before = summary(client)

    dee.tell({"track_id": track_id, "activity_type": "share"})
    dee.tell({"track_id": track_id, "activity_type": "play", "occurred_at": days_ago(40)})

    after = summary(client)
    assert after["activities"] == before["activities"] + 2
    assert after["activities_7d"] == before["activities_7d"] + 1
    assert after["by_type"]["share"] == before["by_type"]["share"] + 1
    assert after["active_users_7d"] == before["active_users_7d"]


def test_the_summary_counts_plays_in_rooms(client: httpx.Client, queue: Queue):
    """Of nobody known: they are no activities."""
    a, b = queue.fill(2)
    before = summary(client)

    for item in (a, a, b):
        queue.play(item)

    after = summary(client)
    assert after["room_plays"] == before["room_plays"] + 2
    assert after["activities"] == before["activities"]


def test_trends_say_of_which_days(client: httpx.Client):
    for days in (1, 7, 90):
        told, today = trends(client, days=days), datetime.now(UTC).date()
        assert told.keys() == {"days", "from", "to", "artists", "genres", "tracks"}
        assert told["days"] == days
        assert (told["from"], told["to"]) == (str(today - timedelta(days=days - 1)), str(today))


def test_trends_are_of_a_week_and_ten_of_each_by_default(client: httpx.Client, dee: Person, library: Library):
    for number in range(11):
        track = library.add(f"Number {number}", artist=f"{library.word} {number}")
        dee.tell([{"track_id": track["id"], "activity_type": "play"}] * 5)

    told = client.get(TRENDS).json()

    assert (told["days"], len(told["artists"]), len(told["tracks"])) == (7, 10, 10)


def test_trends_count_and_compare(client: httpx.Client, dee: Person, eli: Person, library: Library):
    halo = library.add("Halo", artist=library.word, genre=library.word)
    play = {"track_id": halo["id"], "activity_type": "play"}
    dee.tell([play] * 40)
    eli.tell([{**play, "occurred_at": days_ago(3)}] * 2)
    dee.tell([{**play, "occurred_at": days_ago(5)}] * 50)

    told = trends(client, days=4)

    expected = {"count": 42, "previous": 50, "change": -8}
    assert named(told["artists"], library.word) == {"name": library.word, **expected}
    assert named(told["genres"], library.word) == {"name": library.word, **expected}
    (track,) = [one for one in told["tracks"] if one["track"]["id"] == halo["id"]]
    check_track(track["track"])
    assert track == {"track": track["track"], **expected}
    counts = [one["count"] for one in told["tracks"]]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(
    "query",
    [{"days": 0}, {"days": 91}, {"days": "x"}, {"limit": 0}, {"limit": 101}, {"limit": -1}, {"days": ""}],
)
def test_senseless_trends(client: httpx.Client, query: dict[str, Any]):
    refused(client.get(TRENDS, params=query), 400, "VALIDATION_ERROR", *query)


@pytest.mark.parametrize("address", [SUMMARY, TRENDS])
def test_figures_of_all_name_no_person(client: httpx.Client, dee: Person, track_id: int, address: str):
    dee.tell({"track_id": track_id, "activity_type": "play", "context": {"secret": "zq-nobody-knows"}})

    text = client.get(address).text

    assert "user_id" not in text
    assert "zq-nobody-knows" not in text
