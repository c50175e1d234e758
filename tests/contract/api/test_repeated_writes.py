"""`Idempotency-Key`: the same request again gets the first answer, and which answers are kept for that."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.contract.conftest import NewClient, client_of, new_room, queue_of
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness
from tests.processes import TuttiServer

KEY = "ada-7f3c"
REPLAYED = "Idempotency-Replayed"
EXAMPLE_PAGE = "https://evil.example"


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


def check_not_kept(ask: Callable[[], httpx.Response], named: Queue) -> httpx.Response:
    """The key may be used for something else."""
    first, again = ask(), ask()
    assert (is_replay(first), is_replay(again)) == (False, False)
    assert again.status_code == first.status_code
    with Witness(named) as witness:
        named.add(named.tracks[0])
    assert [event["op_id"] for event in witness.events] == [KEY]
    return first


# --- What is kept ------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("path", ["0/vote/", "0/play/", "0/restore/"])
def test_a_404_of_a_rule(named: Queue, path: str):
    body = {"value": 1} if path == "0/vote/" else None

    refused(check_kept(lambda: named.post(path, json=body)), 404, "NOT_FOUND")


def test_a_403(named: Queue, bo: httpx.Client):
    room = new_room(bo)

    answer = check_kept(lambda: named.http.patch(f"/api/rooms/{room}/", json={"name": "Mine"}))

    refused(answer, 403, "PERMISSION_DENIED")


def test_a_409_also_when_it_would_go_by_now(queue: Queue, named: Queue):
    (a,) = queue.fill(1)
    first = named.post(json={"track_id": queue.tracks[0]})
    queue.remove(a)

    again = named.post(json={"track_id": queue.tracks[0]})

    refused(first, 409, "DUPLICATE_TRACK")
    assert (again.status_code, again.json(), is_replay(again)) == (409, first.json(), True)
    assert queue.ids() == []


# --- What may try again ------------------------------------------------------------------------------


def test_not_a_400(queue: Queue, named: Queue):
    refused(check_not_kept(lambda: named.post(json={"track_id": "x"}), named), 400, "VALIDATION_ERROR")


def test_not_what_is_no_json(named: Queue):
    headers = {"Content-Type": "application/json"}

    answer = check_not_kept(lambda: named.post(content=b"{", headers=headers), named)

    refused(answer, 400, "MALFORMED_JSON")


def test_not_a_401(queue: Queue, named: Queue):
    headers = {"X-Guest-Token": "nonsense"}

    answer = check_not_kept(lambda: named.post("stop/", headers=headers), named)

    refused(answer, 401, "NOT_AUTHENTICATED")


def test_not_an_origin_that_is_refused(named: Queue):
    answer = check_not_kept(lambda: named.post("stop/", headers={"Origin": EXAMPLE_PAGE}), named)

    refused(answer, 403, "PERMISSION_DENIED")


def test_not_a_body_that_is_too_large_or_none_of_ours(named: Queue):
    refused(
        check_not_kept(lambda: named.post(content=b" " * (1024 * 1024 + 1)), named), 413, "PAYLOAD_TOO_LARGE"
    )
    headers = {"Content-Type": "text/plain", "Idempotency-Key": "another"}
    for _ in range(2):
        answer = named.post(content=b"{}", headers=headers)
        refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
        assert not is_replay(answer)


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


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"track_id": 2}),
        ("", {"track_id": 1, "added_by": "Bo"}),
        ("stop/", None),
        ("?a=b", {"track_id": 1}),
    ],
)
def test_another_request_is_a_422_and_nothing_happens(named: Queue, path: str, body: object):
    named.post(json={"track_id": 1})

    with Witness(named) as witness:
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


def test_who_joins_again_is_the_same_guest(stranger: httpx.Client, new_client: NewClient):
    """His first answer may have been lost, and with it the cookie."""
    first = stranger.post("/api/guests/", json={"name": "Cem"})
    stranger.cookies.clear()

    again = stranger.post("/api/guests/", json={"name": "Cem"})

    assert (first.status_code, again.status_code, is_replay(again)) == (201, 201, True)
    assert again.json()["guest_id"] == first.json()["guest_id"]
    elsewhere = new_client(headers={"X-Guest-Token": again.json()["token"]})
    assert elsewhere.get("/api/guests/me/").json()["guest_id"] == first.json()["guest_id"]
    assert stranger.get("/api/guests/me/").json()["name"] == "Cem"


def test_who_joins_again_with_the_cookie_is_the_same_guest(stranger: httpx.Client):
    first, again = (stranger.post("/api/guests/", json={"name": "Cem"}) for _ in range(2))

    assert (is_replay(again), again.json()["guest_id"]) == (True, first.json()["guest_id"])


def test_two_keys_on_one_request_are_refused(queue: Queue, ada: httpx.Client):
    path = f"/api/rooms/{queue.room}/playlist/stop/"

    answer = ada.post(path, headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "b")])

    assert refused(answer, 400, "VALIDATION_ERROR")["Idempotency-Key"]


def test_a_key_without_a_write_is_passed_over(named: Queue):
    answers = [named.get() for _ in range(2)]

    assert not any(map(is_replay, answers))


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
