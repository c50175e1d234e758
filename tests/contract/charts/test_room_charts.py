"""A room's own chart, in the envelope and the shape of a genre's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.charts.envelopes import get_data, rejected
from tests.contract.queues import Queue


def address(queue: Queue) -> str:
    return queue.path.replace("/playlist/", "/chart/")


def week(days_ago: int = 0) -> str:
    year, number, _ = (datetime.now(UTC) - timedelta(days=days_ago)).isocalendar()
    return f"{year}-W{number:02}"


def play(queue: Queue, item: dict[str, Any], times: int = 1) -> None:
    for _ in range(times):
        queue.http.post(f"{queue.path}{item['id']}/play/").raise_for_status()
        queue.http.post(f"{queue.path}stop/").raise_for_status()


def test_a_room_that_has_played_nothing_has_an_empty_chart(queue: Queue):
    today = datetime.now(UTC).date()
    chart = get_data(queue.http, address(queue))

    assert chart == {
        **{"genre": "", "date": str(today), "is_sample": False},
        "compared_with": str(today - timedelta(days=today.isoweekday())),
        **{"sources": [], "tracks": [], "room": queue.room, "week": week()},
    }


@pytest.mark.both_sizes
def test_a_room_chart_is_made_of_plays_and_votes(queue: Queue, ada: httpx.Client):
    often, loved, once = (queue.add(track) for track in queue.tracks[:3])
    for item, times in ((often, 2), (once, 1)):
        play(queue, item, times)
    for voter in (queue.http, ada):
        voter.post(f"{queue.path}{loved['id']}/vote/", json={"value": 1}).raise_for_status()
    play(queue, loved)

    chart = get_data(queue.http, address(queue), week=week())

    figures = [(one["rank"], one["track_id"], one["plays"]["total"], one["votes"]) for one in chart["tracks"]]
    assert figures == [
        (1, loved["track_id"], 1, 2),
        (2, often["track_id"], 2, 0),
        (3, once["track_id"], 1, 0),
    ]
    track = loved["track"]
    assert chart["tracks"][0] == {
        **{"rank": 1, "isrc": track["isrc"], "name": track["title"], "artist": track["artist"]},
        **{"album": track["album"], "cover_url": track["cover_url"] or "", "services": {}},
        "plays": {"total": 1, "spotify": None, "apple_music": None, "soundcloud": None, "youtube": None},
        "change": {"1d": None, "7d": 1, "30d": None},
        **{"counts": {}, "days_on_chart": 1, "peak": 1, "movement": {"kind": "new", "by": 0}},
        **{"track_id": loved["track_id"], "votes": 2},
    }


def test_a_room_chart_has_the_fields_of_a_genres_chart_and_keeps_removed_items(queue: Queue):
    item = queue.add(queue.tracks[0])
    play(queue, item)
    world = get_data(queue.http, "/api/charts/pop/")

    chart = get_data(queue.http, address(queue))

    assert chart.keys() - world.keys() == {"room", "week"}
    assert world.keys() <= chart.keys()
    [entry] = chart["tracks"]
    assert entry.keys() - world["tracks"][0].keys() == {"track_id", "votes"}
    assert world["tracks"][0].keys() <= entry.keys()
    queue.http.delete(f"{queue.path}{item['id']}/").raise_for_status()
    assert [one["track_id"] for one in get_data(queue.http, address(queue))["tracks"]] == [item["track_id"]]


def test_each_week_has_its_own_chart(queue: Queue):
    play(queue, queue.add(queue.tracks[0]))

    before = get_data(queue.http, address(queue), week=week(days_ago=7))

    assert (before["week"], before["tracks"]) == (week(days_ago=7), [])
    assert datetime.fromisoformat(before["date"]).isoweekday() == 7


def test_invalid_and_future_weeks_and_other_errors_use_the_envelope(queue: Queue):
    for given in (
        *("", "2025", "2025-49", "2025-w49", "2025-W9", "2025-W00", "2025-W54", "2021-W53", "0000-W01"),
        *(
            "0001-W01",
            "1979-W10",
            "9999-W01",
            " 2025-W49",
            "2025-W49\n",
            "x\x00",
            "²025-W49",
            "٢٠٢٥-W49",
            "2025-W4९",
        ),
        week(days_ago=-7),
    ):
        response = queue.http.get(address(queue), params={"week": given})
        assert rejected(response, 400, "VALIDATION_ERROR").keys() == {"week"}, given
    rejected(queue.http.get("/api/rooms/no-such-room/chart/"), 404, "NOT_FOUND")
    rejected(queue.http.post(address(queue), json={}), 405, "METHOD_NOT_ALLOWED")
