"""What one person does: for that person and staff, by the days and hours of any zone."""

from typing import Any

import httpx
import pytest

from tests.contract.analytics.people import ME, Person
from tests.contract.conftest import NewClient
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.shapes import check_track

NOBODY = 10**17


def page_of(user_id: int) -> str:
    return f"/api/analytics/user/{user_id}/"


def test_figures_have_their_shape(dee: Person, track_id: int):
    dee.tell({"track_id": track_id, "activity_type": "play"})

    figures = dee.figures()

    assert figures.keys() == {
        *("user_id", "activities", "activities_7d", "by_type", "like_rate", "skip_rate"),
        *("top_artists", "top_genres", "top_tracks", "by_day", "by_hour"),
    }
    assert sum(figures["by_hour"]) == sum(one["count"] for one in figures["by_day"]) == figures["activities"]
    assert len(figures["by_hour"]) == 24
    assert all(one.keys() == {"name", "count"} for one in figures["top_artists"] + figures["top_genres"])
    for one in figures["top_tracks"]:
        check_track(one["track"])


def test_figures_count_what_was_told(eli: Person, library: Library):
    halo = library.add("Halo", artist=library.word, genre=library.word)["id"]
    told = [{"track_id": halo, "activity_type": kind} for kind in ["play"] * 4 + ["like", "skip", "skip"]]
    before = eli.figures()

    eli.tell([{**one, "occurred_at": "2024-06-01T22:30:00Z"} for one in told])

    figures = eli.figures()
    assert figures["activities"] == before["activities"] + 7
    assert figures["activities_7d"] == before["activities_7d"]
    by_type = figures["by_type"]
    assert figures["like_rate"] == round(by_type["like"] / by_type["play"], 4)
    assert figures["skip_rate"] == round(by_type["skip"] / by_type["play"], 4)
    assert {"name": library.word, "count": 5} in figures["top_artists"]
    assert {"name": library.word, "count": 5} in figures["top_genres"]
    assert (halo, 5) in [(one["track"]["id"], one["count"]) for one in figures["top_tracks"]]
    assert {"date": "2024-06-01", "count": 7} in figures["by_day"]
    assert figures["by_hour"][22] == before["by_hour"][22] + 7


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [
        ("UTC", "2023-10-28", 23),
        ("Europe/Berlin", "2023-10-29", 1),  # still summer time there, for an hour
        ("Asia/Kathmandu", "2023-10-29", 5),
        ("America/New_York", "2023-10-28", 19),
    ],
)
def test_days_and_hours_of_a_zone(dee: Person, track_id: int, zone: str, day: str, hour: int):
    before = dee.figures(tz=zone)
    dee.tell({"track_id": track_id, "activity_type": "play", "occurred_at": "2023-10-28T23:59:59Z"})

    after = dee.figures(tz=zone)

    counts = {one["date"]: one["count"] for one in before["by_day"]}
    assert {one["date"]: one["count"] for one in after["by_day"]} == {**counts, day: counts.get(day, 0) + 1}
    assert after["by_hour"][hour] == before["by_hour"][hour] + 1


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "europe/berlin", "../UTC", "+01:00", "x" * 3000])
def test_unknown_zones(dee: Person, zone: str):
    for path in (ME, page_of(dee.user_id)):
        refused(dee.http.get(path, params={"tz": zone}), 400, "VALIDATION_ERROR", "tz")


# --- For whom ----------------------------------------------------------------------------------------


def test_the_person_and_staff_read_the_same(dee: Person, staff: httpx.Client, track_id: int):
    dee.tell({"track_id": track_id, "activity_type": "play"})
    path = page_of(dee.user_id)

    answers = [dee.http.get(ME), dee.http.get(path), staff.get(path)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-cache"}


def test_strangers_get_the_same_401_for_every_id(client: httpx.Client, ada: httpx.Client, dee: Person):
    for http in (client, ada):
        answers = [http.get(page_of(number)) for number in (dee.user_id, NOBODY, 0)]
        told = [_told(answer) for answer in [*answers, http.get(ME)]]
        refused(answers[0], 401, "NOT_AUTHENTICATED")
        assert all(one == told[0] for one in told)


def test_others_get_the_same_403_for_every_id(eli: Person, dee: Person):
    answers = [eli.http.get(page_of(number)) for number in (dee.user_id, NOBODY, 0)]

    refused(answers[0], 403, "PERMISSION_DENIED")
    assert all(_told(answer) == _told(answers[0]) for answer in answers)


def test_staff_learns_that_there_is_nobody(staff: httpx.Client):
    refused(staff.get(page_of(NOBODY)), 404, "NOT_FOUND")


def _told(answer: httpx.Response) -> tuple[int, Any, set[str]]:
    return answer.status_code, answer.json(), set(answer.headers)


# --- Plays in rooms ----------------------------------------------------------------------------------


def test_a_play_in_a_room_counts_for_who_added_the_track(queue: Queue, dee: Person, eli: Person):
    of_dee = queue.as_seen_by(dee.http).add(queue.tracks[0], added_by="Somebody else")["id"]
    of_nobody = queue.add(queue.tracks[1])["id"]
    before = dee.figures(), eli.figures()

    players = queue.as_seen_by(eli.http)
    for item in (of_dee, of_dee, of_nobody):
        players.play(item)

    after = dee.figures()
    assert after["by_type"]["play"] == before[0]["by_type"]["play"] + 1
    assert after["activities"] == before[0]["activities"] + 1
    assert eli.figures() == before[1]


def test_a_play_that_is_sent_again_counts_once(queue: Queue, dee: Person, new_client: NewClient):
    item = queue.as_seen_by(dee.http).add(queue.tracks[0])["id"]
    before = dee.activities()
    named = queue.as_seen_by(new_client(headers={"Idempotency-Key": "play it"}))

    for _ in range(2):
        named.play(item)

    assert dee.activities() == before + 1
