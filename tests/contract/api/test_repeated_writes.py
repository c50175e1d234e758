"""`Idempotency-Key`: the same request again gets the first answer, and which answers are kept for that."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient, client_of, new_room, queue_of
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer

KEY = "ada-7f3c"
REPLAYED = "Idempotency-Replayed"


@pytest.fixture
def named(queue: Queue, ada: httpx.Client) -> Queue:
    """The queue as Ada has it, who names every write alike."""
    ada.headers["Idempotency-Key"] = KEY
    return queue.as_seen_by(ada)


def is_replay(answer: httpx.Response) -> bool:
    return answer.headers.get(REPLAYED) == "true"


def check_kept(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The second answer is the first, but for what belongs to one request alone."""
    first, again = ask(), ask()
    assert (is_replay(first), is_replay(again)) == (False, True)
    assert REPLAYED not in first.headers
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for name in ("Content-Type", "Location", "Content-Length"):
        assert again.headers.get(name) == first.headers.get(name), name
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    return first


# --- What is kept ------------------------------------------------------------------------------------


@pytest.mark.both_sizes
def test_an_item_and_where_it_is(queue: Queue, named: Queue):
    with Witness(queue) as witness:
        first = check_kept(lambda: named.post(json={"track_id": queue.tracks[0]}))

    assert (first.status_code, witness.types) == (201, ["track.added"])
    assert first.headers["Location"].endswith(f"/{first.json()['id']}/")


def test_that_something_is_gone(queue: Queue, named: Queue):
    (a,) = queue.fill(1)

    with Witness(queue) as witness:
        first = check_kept(lambda: named.delete(a))

    assert (first.status_code, witness.types) == (204, ["track.removed"])


def test_the_answer_of_then_also_when_things_have_changed(queue: Queue, named: Queue):
    (a,) = queue.fill(1)
    first = named.post(f"{a}/vote/", json={"direction": "up"})
    queue.vote(a, 1)
    queue.remove(a)

    with Witness(queue) as witness:
        again = named.post(f"{a}/vote/", json={"direction": "up"})

    assert (again.status_code, again.json()) == (200, first.json())
    assert witness.types == []


@pytest.mark.both_sizes
@pytest.mark.parametrize("path", ["0/vote/", "0/play/", "0/restore/"])
def test_a_404_of_a_rule(named: Queue, path: str):
    body = {"value": 1} if path == "0/vote/" else None

    refused(check_kept(lambda: named.post(path, json=body)), 404, "NOT_FOUND")


def test_a_403(named: Queue, bo: httpx.Client):
    room = new_room(bo)

    answer = check_kept(lambda: named.http.patch(f"/api/rooms/{room}/", json={"name": "Mine"}))

    refused(answer, 403, "PERMISSION_DENIED")


@pytest.mark.both_sizes
def test_a_409_also_when_it_would_go_by_now(queue: Queue, named: Queue):
    (a,) = queue.fill(1)
    first = named.post(json={"track_id": queue.tracks[0]})
    queue.remove(a)

    again = named.post(json={"track_id": queue.tracks[0]})

    refused(first, 409, "DUPLICATE_TRACK")
    assert (again.status_code, again.json(), is_replay(again)) == (409, first.json(), True)
    assert queue.ids() == []


# --- What may try again ------------------------------------------------------------------------------


@pytest.mark.both_sizes
def test_not_what_was_refused_before_a_rule_looked_at_it(named: Queue):
    json, text = {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}
    asked: list[tuple[int, str, dict[str, Any]]] = [
        (400, "VALIDATION_ERROR", {"json": {"track_id": "x"}}),
        (400, "MALFORMED_JSON", {"content": b"{", "headers": json}),
        (401, "NOT_AUTHENTICATED", {"path": "stop/", "headers": {"X-Guest-Token": "nonsense"}}),
        (403, "PERMISSION_DENIED", {"path": "stop/", "headers": {"Origin": "https://evil.example"}}),
        (413, "PAYLOAD_TOO_LARGE", {"content": b" " * (1024 * 1024 + 1)}),
        (415, "UNSUPPORTED_MEDIA_TYPE", {"content": b"{}", "headers": text}),
    ]

    with Witness(named) as witness:
        for status, code, told in asked * 2:
            answer = named.post(**told)
            refused(answer, status, code)
            assert not is_replay(answer)
        named.add(named.tracks[0])  # the key may be used for something else

    assert [event["op_id"] for event in witness.events] == [KEY]


@pytest.mark.both_sizes
def test_not_a_429(strict_server: TuttiServer):
    with client_of(strict_server, headers={"User-Agent": "often"}) as http:
        queue = queue_of(http, new_room(http))
        (a,) = queue.fill(1)
        while (first := queue.post(f"{a}/vote/", json={"value": 1})).status_code != 429:
            pass
        headers = {"Idempotency-Key": KEY}
        limited = [queue.post(f"{a}/vote/", json={"value": 1}, headers=headers) for _ in range(2)]

        added = queue.post(json={"track_id": queue.tracks[1]}, headers=headers)

    assert [is_replay(answer) for answer in (first, *limited)] == [False] * 3
    assert {answer.status_code for answer in limited} == {429}
    assert (added.status_code, is_replay(added)) == (201, False)


# --- Whose key it is, and for what -------------------------------------------------------------------


def test_another_request_is_a_422_and_nothing_happens(named: Queue):
    named.post(json={"track_id": 1})

    with Witness(named) as witness:
        for path, body in [
            *[("", {"track_id": 2}), ("", {"track_id": 1, "added_by": "Bo"})],
            *[("stop/", None), ("?a=b", {"track_id": 1})],
        ]:
            answer = named.post(path, json=body)
            refused(answer, 422, "IDEMPOTENCY_KEY_REUSED")
            assert not is_replay(answer)

    assert witness.types == []


def test_somebody_else_s_key_is_another(named: Queue, bo: httpx.Client, queue: Queue):
    (a,) = queue.fill(1)
    headers = {"Idempotency-Key": KEY}

    votes = [named.post(f"{a}/vote/", json={"value": 1})]
    votes.append(named.as_seen_by(bo).post(f"{a}/vote/", json={"value": 1}, headers=headers))

    assert [vote.json()["votes"] for vote in votes] == [1, 2]
    assert not any(map(is_replay, votes))


@pytest.mark.both_sizes
def test_two_guests_with_devices_alike_have_keys_of_their_own(ada: httpx.Client, bo: httpx.Client):
    """Also where they ask about themselves, from one address."""
    headers = {"Idempotency-Key": KEY}

    renamed = [http.patch("/api/guests/me/", json={"name": "Dee"}, headers=headers) for http in (ada, bo)]

    assert not any(map(is_replay, renamed))
    assert renamed[0].json()["guest_id"] != renamed[1].json()["guest_id"]
    assert bo.get("/api/guests/me/").json()["name"] == "Dee"


@pytest.fixture
def stranger(new_client: NewClient) -> Iterator[httpx.Client]:
    """With a device that nobody else has."""
    return new_client(headers={"User-Agent": "stranger", "Idempotency-Key": KEY})


@pytest.mark.both_sizes
def test_who_joins_again_is_the_same_guest_with_and_without_the_cookie(
    stranger: httpx.Client, new_client: NewClient
):
    """His first answer may have been lost, and with it the cookie."""
    first, second = (stranger.post("/api/guests/", json={"name": "Cem"}) for _ in range(2))
    stranger.cookies.clear()

    again = stranger.post("/api/guests/", json={"name": "Cem"})

    for answer in (second, again):
        assert (first.status_code, answer.status_code, is_replay(answer)) == (201, 201, True)
        assert answer.json()["guest_id"] == first.json()["guest_id"]
    elsewhere = new_client(headers={"X-Guest-Token": again.json()["token"]})
    assert elsewhere.get("/api/guests/me/").json()["guest_id"] == first.json()["guest_id"]
    assert stranger.get("/api/guests/me/").json()["name"] == "Cem"


def test_two_keys_on_one_request_are_refused_and_one_without_a_write_is_passed_over(named: Queue):
    assert not any(is_replay(named.get()) for _ in range(2))
    del named.http.headers["Idempotency-Key"]

    answer = named.post("stop/", headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")])

    assert refused(answer, 400, "VALIDATION_ERROR")["Idempotency-Key"]


def test_the_admin_has_no_use_for_it(staff: httpx.Client):
    """What it has done it answers with a redirect, which is not kept; so nothing may be taken back either."""
    form = {"title": "Halo of the admin", "artist": "Ada", "duration_seconds": "200", "_save": "Save"}
    token = staff.get("/admin/tracks/track/add/").text.split('name="csrfmiddlewaretoken" value="')[1]
    form["csrfmiddlewaretoken"] = token.split('"')[0]
    headers = {"Idempotency-Key": KEY, "Referer": str(staff.base_url)}

    saved = staff.post("/admin/tracks/track/add/", data=form, headers=headers)

    assert saved.status_code == 302, saved.text
    (found,) = staff.get("/api/tracks/", params={"search": form["title"]}).json()
    staff.delete(f"/api/tracks/{found['id']}/")
