"""Figures of activities: one's own, and of all users."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.analytics.conftest import ME, Person
from tests.contract.conftest import NewClient
from tests.contract.error_checks import rejected
from tests.contract.libraries import Library
from tests.contract.payload_checks import INSTANT, check_track
from tests.contract.queues import Queue

# --- What one person does: for that person and staff, by the days and hours of any zone --------------


def test_statistics_count_recorded_activities(dee: Person, eli: Person, library: Library):
    halo = library.add("Halo", artist=library.word, genre=library.word)["id"]
    reported = [{"track_id": halo, "activity_type": kind} for kind in ["play"] * 4 + ["like", "skip", "skip"]]
    before = eli.figures()

    eli.tell([{**one, "occurred_at": "2024-06-01T22:30:00Z"} for one in reported])
    dee.tell({"track_id": halo, "activity_type": "dislike"})

    figures = eli.figures()
    assert figures.keys() == {
        *("user_id", "activities", "activities_7d", "by_type", "like_rate", "skip_rate"),
        *("top_artists", "top_genres", "top_tracks", "by_day", "by_hour"),
    }
    assert figures["activities"] == before["activities"] + 7
    assert figures["activities_7d"] == before["activities_7d"]
    by_type = figures["by_type"]
    assert by_type["dislike"] == before["by_type"]["dislike"]
    assert figures["like_rate"] == round(by_type["like"] / by_type["play"], 4)
    assert figures["skip_rate"] == round(by_type["skip"] / by_type["play"], 4)
    assert {"name": library.word, "count": 5} in figures["top_artists"]
    assert {"name": library.word, "count": 5} in figures["top_genres"]
    assert (halo, 5) in [(one["track"]["id"], one["count"]) for one in figures["top_tracks"]]
    for one in figures["top_tracks"]:
        check_track(one["track"])
    assert {"date": "2024-06-01", "count": 7} in figures["by_day"]
    assert figures["by_hour"][22] == before["by_hour"][22] + 7
    assert sum(figures["by_hour"]) == sum(one["count"] for one in figures["by_day"]) == figures["activities"]
    assert len(figures["by_hour"]) == 24


ZONES = [
    ("UTC", "2023-10-28", 23),
    ("Europe/Berlin", "2023-10-29", 1),  # still summer time there, for an hour
    ("Asia/Kathmandu", "2023-10-29", 5),
    ("America/New_York", "2023-10-28", 19),
]


def test_statistics_use_days_and_hours_of_the_time_zone(dee: Person, track_id: int):
    before = {zone: dee.figures(tz=zone) for zone, _, _ in ZONES}
    dee.tell({"track_id": track_id, "activity_type": "play", "occurred_at": "2023-10-28T23:59:59Z"})

    for zone, day, hour in ZONES:
        after = dee.figures(tz=zone)
        counts = {one["date"]: one["count"] for one in before[zone]["by_day"]}
        days = {one["date"]: one["count"] for one in after["by_day"]}
        assert days == {**counts, day: counts.get(day, 0) + 1}
        assert after["by_hour"][hour] == before[zone]["by_hour"][hour] + 1
    for zone in ("Mars/Olympus", "", "europe/berlin", "../UTC", "+01:00", "x" * 3000, "UTC\0"):
        for path in (ME, f"/api/analytics/user/{dee.user_id}/"):
            rejected(dee.http.get(path, params={"tz": zone}), 400, "VALIDATION_ERROR", "tz")


# --- Plays in rooms ----------------------------------------------------------------------------------


def test_a_play_in_a_room_is_counted_once_for_the_user_who_added_the_track(
    queue: Queue, dee: Person, eli: Person
):
    """Also where it is sent again."""
    of_dee = queue.as_seen_by(dee.http).add(queue.tracks[0], added_by="Somebody else")["id"]
    of_unknown_user = queue.add(queue.tracks[1])["id"]
    before = dee.figures(), eli.figures()

    players = queue.as_seen_by(eli.http)
    for _ in range(2):
        response = players.post(f"{of_dee}/play/", headers={"Idempotency-Key": "play it"})
        assert response.status_code == 200
    for item in (of_dee, of_unknown_user):
        players.play(item)

    after = dee.figures()
    assert after["by_type"]["play"] == before[0]["by_type"]["play"] + 1
    assert after["activities"] == before[0]["activities"] + 1
    assert eli.figures() == before[1]


# --- Summary and trends: for all users, of all users, without names ----------------------------------

SUMMARY, TRENDS = "/api/analytics/summary/", "/api/analytics/trends/"
MOST = 100
SENSELESS: list[dict[str, Any]] = [
    *[{"days": 0}, {"days": 91}, {"days": "x"}, {"limit": 0}, {"limit": 101}, {"limit": -1}, {"days": ""}],
]


def summary(http: httpx.Client) -> dict[str, Any]:
    response = http.get(SUMMARY)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def trends(http: httpx.Client, **query: int) -> dict[str, Any]:
    response = http.get(TRENDS, params={"limit": MOST, **query})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def named(entries: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    return next((entry for entry in entries if entry["name"] == name), None)


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def test_the_summary_counts_recorded_activities_and_plays_in_rooms(
    client: httpx.Client, dee: Person, track_id: int, queue: Queue
):
    dee.tell({"track_id": track_id, "activity_type": "share"})
    before = summary(client)
    numbers = {"users", "active_users_7d", "tracks", "recommendations", "activities", "activities_7d"}
    numbers |= {"room_plays", "guests", "active_guests_7d", "queue_items", "votes"}
    assert before.keys() == numbers | {"by_type", "generated_at"}
    assert all(isinstance(before[name], int) for name in numbers)
    assert before["by_type"].keys() == {"play", "like", "dislike", "skip", "share"}
    assert sum(before["by_type"].values()) == before["activities"]
    assert before["tracks"] >= 35
    assert INSTANT.fullmatch(before["generated_at"])

    dee.tell({"track_id": track_id, "activity_type": "share"})
    dee.tell({"track_id": track_id, "activity_type": "play", "occurred_at": days_ago(40)})
    a, b = queue.fill(2)
    for item in (a, a, b):
        queue.play(item)  # of unknown users: plays that are no activities

    after = summary(client)
    assert after["activities"] == before["activities"] + 2
    assert after["activities_7d"] == before["activities_7d"] + 1
    assert after["by_type"]["share"] == before["by_type"]["share"] + 1
    assert after["active_users_7d"] == before["active_users_7d"]
    assert after["room_plays"] == before["room_plays"] + 2


@pytest.mark.both_sizes
def test_the_summary_counts_guests_and_their_activities(
    client: httpx.Client, queue: Queue, new_client: NewClient
):
    queue.fill(1)
    before, guest = summary(client), new_client()
    assert guest.post("/api/guests/", json={"name": "Cem"}).status_code == 201
    own = queue.as_seen_by(guest)
    for item in own.fill(2):
        own.vote(item, 1)
    after = summary(client)
    changes = {"guests": 1, "active_guests_7d": 1, "queue_items": 2, "votes": 2}
    assert {name: after[name] - before[name] for name in changes} == changes
    assert (after["users"], after["active_users_7d"]) == (before["users"], before["active_users_7d"])


def test_trends_have_their_days_and_default_to_a_week_and_ten_of_each(
    client: httpx.Client, dee: Person, library: Library
):
    for days in (1, 7, 90):
        body, today = trends(client, days=days), datetime.now(UTC).date()
        assert body.keys() == {"days", "from", "to", "artists", "genres", "tracks"}
        assert body["days"] == days
        assert (body["from"], body["to"]) == (str(today - timedelta(days=days - 1)), str(today))
    for number in range(11):
        track = library.add(f"Number {number}", artist=f"{library.word} {number}")
        secret = {"secret": "zq-nobody-knows"}
        one = {"track_id": track["id"], "activity_type": "play", "context": secret}
        dee.tell([{**one, "activity_type": kind} for kind in ("play", "like", "share")])

    body = client.get(TRENDS).json()

    assert (body["days"], len(body["artists"]), len(body["tracks"])) == (7, 10, 10)
    for address in (SUMMARY, TRENDS):  # of all; they name no person
        text = client.get(address).text
        assert "user_id" not in text
        assert "zq-nobody-knows" not in text
    for query in SENSELESS:
        rejected(client.get(TRENDS, params=query), 400, "VALIDATION_ERROR", *query)


def test_trends_have_counts_compared_with_the_previous_period(
    client: httpx.Client, dee: Person, eli: Person, library: Library
):
    halo = library.add("Halo", artist=library.word, genre=library.word)
    play = {"track_id": halo["id"], "activity_type": "play"}
    dee.tell([play] * 40)  # one hour, in which a person counts once
    eli.tell([{**play, "occurred_at": days_ago(days)} for days in (1, 2, 3)] * 2)
    dee.tell([{**play, "occurred_at": days_ago(days)} for days in (4, 5, 6, 7)] * 2)
    for person in (dee, eli):
        person.tell({**play, "activity_type": "like", "occurred_at": days_ago(5)})
        # No trend: what speaks against a track, and what was before both periods.
        person.tell([{**play, "activity_type": kind} for kind in ("skip", "dislike")])
        person.tell({**play, "occurred_at": days_ago(8)})

    past = library.add("Past", artist=f"{library.word} past", genre="")["id"]
    dee.tell({"track_id": past, "activity_type": "play", "occurred_at": days_ago(5)})

    reported = trends(client, days=4)

    assert named(reported["artists"], f"{library.word} past") is None, "only before"
    assert named(trends(client, days=7)["genres"], "") is None
    expected = {"count": 4, "previous": 6, "change": -2}
    assert named(reported["artists"], library.word) == {"name": library.word, **expected}
    assert named(reported["genres"], library.word) == {"name": library.word, **expected}
    (track,) = [one for one in reported["tracks"] if one["track"]["id"] == halo["id"]]
    check_track(track["track"])
    assert track == {"track": track["track"], **expected}
    counts = [one["count"] for one in reported["tracks"]]
    assert counts == sorted(counts, reverse=True)
