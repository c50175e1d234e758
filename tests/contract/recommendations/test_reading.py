"""Recommendations for a person: at once, with true reasons, for that person and staff alone."""

import httpx
import pytest

from tests.contract.conftest import SEEDED_TRACKS
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.recommendations.conftest import NewListener
from tests.contract.recommendations.listeners import ME, Listener, numbers, track_ids, wait_until
from tests.contract.refusals import refused

NOBODY = 10**17


# --- What it is --------------------------------------------------------------------------------------


def test_somebody_new_gets_an_answer_and_then_the_same_again(dee: Listener):
    first, second = dee.read(), dee.read()

    assert (first["source"], second["source"]) == ("computed", "cache")
    assert (first["count"], first["stale"], first["missing_sources"]) == (20, False, [])
    assert second["recommendations"] == first["recommendations"]
    assert second["generated_at"] == first["generated_at"]


def test_the_profile_is_answered_to(new_listener: NewListener, library: Library):
    for number in range(3):
        library.add(f"Song {number}", genre=library.word, artist=f"{library.word} {number}")
    fan = new_listener(favorite_genres=[library.word.upper()], favorite_artists=[f"{library.word} 2"])

    shown = fan.read()["recommendations"][:3]

    assert shown[0]["track"]["title"] == "Song 2"
    assert {one["track"]["title"] for one in shown} == {"Song 0", "Song 1", "Song 2"}
    assert [reason["kind"] for reason in shown[0]["reasons"]][:2] == ["favorite_artist", "favorite_genre"]
    assert shown[0]["reasons"][0]["text"] == f"Because you like {library.word} 2"


def test_a_new_taste_is_a_new_answer(dee: Listener, library: Library):
    track = library.add("Song", genre=library.word)
    before = numbers(dee.read(limit=100))

    changed = dee.http.patch("/api/users/me/", json={"profile": {"favorite_genres": [library.word]}})

    assert changed.status_code == 200
    told = dee.read()
    assert told["source"] == "computed"
    assert track_ids(told)[0] == track["id"]
    same = before.keys() & numbers(told).keys()
    assert same
    assert {one: numbers(told)[one] for one in same} == {one: before[one] for one in same}


def test_what_was_liked_speaks_for_its_artist(dee: Listener, library: Library):
    liked, other = (library.add(title, artist=library.word) for title in ("One", "Other"))

    dee.tell("like", track_id=liked["id"])

    first = dee.read()["recommendations"][0]
    assert first["track"]["id"] == other["id"]
    assert first["reasons"][0] == {
        "kind": "same_artist",
        "text": f"By {library.word}, whose One you liked",
        "track_id": liked["id"],
    }


def test_not_all_by_one_artist(new_listener: NewListener, library: Library):
    for number in range(25):
        library.add(f"Song {number}", artist=library.word, genre=library.word)
    for number in range(20):
        library.add(f"Other {number}", artist=f"{library.word} {number}", genre=library.word)
    fan = new_listener(favorite_artists=[library.word], favorite_genres=[library.word])

    shown = fan.read()["recommendations"]

    artists = [one["track"]["artist"] for one in shown]
    assert artists[0] == library.word
    assert artists.count(library.word) <= 3


# --- Parameters --------------------------------------------------------------------------------------


def test_as_many_as_asked_for(dee: Listener):
    assert [dee.read(limit=limit)["count"] for limit in (1, 5, 30)] == [1, 5, 30]
    assert dee.read(limit=100)["count"] >= SEEDED_TRACKS


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1.5", "1e1"])
def test_odd_limits(dee: Listener, limit: str):
    for path in (ME, dee.page):
        refused(dee.http.get(path, params={"limit": limit}), 400, "VALIDATION_ERROR", "limit")


def test_what_is_in_the_rooms_queue_is_left_out(dee: Listener, eli: Listener, queue: Queue):
    queue.fill(30)
    queued = {item["track_id"] for item in queue.items()}
    # On a busy machine the cache may be late once; then the database answers, and tells the cache again.
    wait_until(lambda: dee.read()["source"] == "cache")

    for listener, source in ((dee, "cache"), (eli, "computed")):
        told = listener.read(room=queue.room, limit=100)
        assert told["source"] == source
        assert queued.isdisjoint(track_ids(told))
        assert told["count"] > 0
    assert queued <= set(track_ids(dee.read(limit=100)))


@pytest.mark.parametrize("room", ["no-such-room", "", "UPPER", "a%00b", "x" * 300])
def test_rooms_that_are_not_there(dee: Listener, room: str):
    refused(dee.http.get(f"{ME}?room={room}"), 404, "NOT_FOUND")


# --- What is not for them ----------------------------------------------------------------------------


@pytest.mark.both_sizes  # what another process remembers goes, too
@pytest.mark.parametrize("kind", ["skip", "dislike"])
def test_what_was_skipped_or_disliked_is_gone_at_once(
    dee: Listener, eli: Listener, library: Library, kind: str
):
    """With a dislike its artist, too."""
    unwelcome, other = (library.add(title, artist=library.word)["id"] for title in ("One", "Other"))
    for listener in (dee, eli):
        assert {unwelcome, other} <= set(track_ids(listener.read(limit=100)))

    dee.tell(kind, track_id=unwelcome)

    for _ in range(2):
        shown = track_ids(dee.read(limit=100))
        assert (unwelcome in shown, other in shown) == (False, kind == "skip")
    assert {unwelcome, other} <= set(track_ids(eli.read(limit=100)))


# --- Telling what became of it -----------------------------------------------------------------------


def test_an_activity_names_ones_own_recommendation_also_one_that_is_gone(dee: Listener, eli: Listener):
    one = dee.read()["recommendations"][0]

    for kind in ("play", "skip", "play"):
        stored = dee.tell(kind, recommendation_id=one["id"])
        assert (stored["track_id"], stored["recommendation_id"]) == (one["track"]["id"], one["id"])
    body = {"activity_type": "play", "recommendation_id": one["id"]}
    refused(eli.http.post("/api/analytics/activity/", json=body), 404, "NOT_FOUND")


def test_one_of_the_library_can_be_queued_by_whose_it_is(
    dee: Listener, eli: Listener, client: httpx.Client, staff: httpx.Client, queue: Queue
):
    one = dee.read()["recommendations"][0]

    for http in (dee.http, staff):
        brought = http.post(f"/api/recommendations/{one['id']}/track/")
        assert (brought.status_code, brought.json()) == (200, one["track"])
        assert brought.headers["Location"].endswith(f"/api/tracks/{one['track']['id']}/")
    assert queue.add(brought.json()["id"])["track"] == one["track"]
    for missing in (one["id"], NOBODY):
        refused(eli.http.post(f"/api/recommendations/{missing}/track/"), 404, "NOT_FOUND")
        refused(client.post(f"/api/recommendations/{missing}/track/"), 401, "NOT_AUTHENTICATED")


def test_the_summary_counts_them(client: httpx.Client, dee: Listener):
    before = client.get("/api/analytics/summary/").json()["recommendations"]

    count = dee.read(limit=100)["count"]

    assert client.get("/api/analytics/summary/").json()["recommendations"] >= before + count


# --- Export and erasure ------------------------------------------------------------------------------


def test_the_export_has_them_and_erasing_ends_them(dee: Listener, staff: httpx.Client):
    count = dee.read(limit=100)["count"]

    told = dee.http.get("/api/users/me/export/").json()["recommendations"]

    assert len(told) == count
    assert dee.http.delete("/api/users/me/").status_code == 204
    refused(staff.get(dee.page), 404, "NOT_FOUND")
