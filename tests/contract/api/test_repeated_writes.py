"""`Idempotency-Key`: the same request again gets the first answer, and events have the name of their write.

That each kind of write is done once under it: tests/invariants/test_idempotency_random.py.
"""

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.contract.conftest import NewClient, new_room, queue_of
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.queues import Queue

KEY = "ada-7f3c"
REPLAYED = "Idempotency-Replayed"


@pytest.fixture
def named(queue: Queue, ada: httpx.Client) -> Queue:
    """The queue as Ada has it, who names every write alike."""
    ada.headers["Idempotency-Key"] = KEY
    return queue.as_seen_by(ada)


def is_replay(response: httpx.Response) -> bool:
    return response.headers.get(REPLAYED) == "true"


def check_kept(ask: Callable[[], httpx.Response], meanwhile: Callable[[], object]) -> httpx.Response:
    """The second answer is the first, but for what belongs to one request alone, whatever is so by now."""
    first, _, again = ask(), meanwhile(), ask()
    assert (REPLAYED in first.headers, is_replay(again)) == (False, True)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for name in ("Content-Type", "Location", "Content-Length"):
        assert again.headers.get(name) == first.headers.get(name), name
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    return first


# --- What is kept ------------------------------------------------------------------------------------


@pytest.mark.both_sizes
def test_a_repetition_gets_the_first_response_even_after_changes(
    queue: Queue, ada: httpx.Client, bo: httpx.Client
):
    (a,) = queue.fill(1)
    of_bo, first, second = new_room(bo), queue.tracks[0], queue.tracks[1]
    item, numbers = {"track_id": second}, itertools.count()

    def kept(method: str, path: str, body: Any, meanwhile: Callable[[], object]) -> httpx.Response:
        headers = {"Idempotency-Key": f"write {next(numbers)}"}
        return check_kept(lambda: ada.request(method, path, json=body, headers=headers), meanwhile)

    one = f"{queue.path}{a}/"
    with Observer(queue) as witness:
        added = kept("POST", queue.path, item, lambda: None)
        rejected(
            kept("POST", queue.path, {"track_id": first}, lambda: queue.remove(a)), 409, "DUPLICATE_TRACK"
        )
        queue.restore(a)
        voted = kept("POST", f"{one}vote/", {"direction": "up"}, lambda: queue.vote(a, 1))
        removed = kept("DELETE", one, None, lambda: queue.restore(a))
        for path, body in (("vote/", {"value": 1}), ("play/", None), ("restore/", None)):
            rejected(kept("POST", f"{queue.path}0/{path}", body, lambda: None), 404, "NOT_FOUND")
    mine = kept("PATCH", f"/api/rooms/{of_bo}/", {"name": "Mine"}, lambda: None)

    rejected(mine, 403, "PERMISSION_DENIED")
    assert [response.status_code for response in (added, voted, removed)] == [201, 200, 204]
    assert added.headers["Location"].endswith(f"/{added.json()['id']}/")
    kinds = ["added", "removed", "added", "voted", "voted", "removed", "added"]
    assert witness.types == [f"track.{kind}" for kind in kinds]


# --- What may try again ------------------------------------------------------------------------------


@pytest.mark.both_sizes
def test_errors_before_validation_are_not_repeated(named: Queue):
    json, text = {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}
    asked: list[tuple[int, str, dict[str, Any]]] = [
        (400, "VALIDATION_ERROR", {"json": {"track_id": "x"}}),
        (400, "MALFORMED_JSON", {"content": b"{", "headers": json}),
        (401, "NOT_AUTHENTICATED", {"path": "stop/", "headers": {"X-Guest-Token": "nonsense"}}),
        (403, "PERMISSION_DENIED", {"path": "stop/", "headers": {"Origin": "https://evil.example"}}),
        (413, "PAYLOAD_TOO_LARGE", {"content": b" " * (1024 * 1024 + 1)}),
        (415, "UNSUPPORTED_MEDIA_TYPE", {"content": b"{}", "headers": text}),
    ]

    with Observer(named) as witness:
        for status, code, reported in asked * 2:
            response = named.post(**reported)
            rejected(response, status, code)
            assert not is_replay(response)
        named.add(named.tracks[0])  # the key may be used for something else

    assert [event["op_id"] for event in witness.events] == [KEY]


@pytest.mark.both_sizes
def test_a_429_is_not_repeated(newcomer: httpx.Client):
    queue = queue_of(newcomer, new_room(newcomer))
    item, headers = {"track_id": queue.tracks[0]}, {"Idempotency-Key": KEY}
    while (first := queue.post(json=item)).status_code != 429:
        pass
    limited = [queue.post(json=item, headers=headers) for _ in range(2)]

    voted = queue.post(f"{queue.ids()[0]}/vote/", json={"value": 1}, headers=headers)

    assert [is_replay(response) for response in (first, *limited)] == [False] * 3
    assert {response.status_code for response in limited} == {429}
    assert (voted.status_code, is_replay(voted)) == (200, False)


# --- Whose key it is, and for what -------------------------------------------------------------------


def test_a_reused_key_with_another_request_is_a_422_without_any_change(named: Queue, bo: httpx.Client):
    named.post(json={"track_id": 1})

    with Observer(named, expected=["track.added"]):
        for path, body in [
            *[("", {"track_id": 2}), ("", {"track_id": 1, "added_by": "Bo"})],
            *[("stop/", None), ("?a=b", {"track_id": 1})],
        ]:
            response = named.post(path, json=body)
            rejected(response, 422, "IDEMPOTENCY_KEY_REUSED")
            assert not is_replay(response)
        # Another user's key is a different one.
        added = named.as_seen_by(bo).post(json={"track_id": 2}, headers={"Idempotency-Key": KEY})

    assert (added.status_code, is_replay(added)) == (201, False)


@pytest.mark.both_sizes
def test_two_guests_with_equal_user_agents_have_separate_keys(ada: httpx.Client, bo: httpx.Client):
    """Also where they ask about themselves, from one address."""
    headers = {"Idempotency-Key": KEY}

    renamed = [http.patch("/api/guests/me/", json={"name": "Dee"}, headers=headers) for http in (ada, bo)]

    assert not any(map(is_replay, renamed))
    assert renamed[0].json()["guest_id"] != renamed[1].json()["guest_id"]
    assert bo.get("/api/guests/me/").json()["name"] == "Dee"


@pytest.mark.both_sizes
def test_a_repeated_join_returns_the_same_guest_with_and_without_the_cookie(
    new_client: NewClient,
):
    """His first response may have been lost, and with it the cookie."""
    stranger = new_client(headers={"User-Agent": "stranger", "Idempotency-Key": KEY})
    first, second = (stranger.post("/api/guests/", json={"name": "Cem"}) for _ in range(2))
    stranger.cookies.clear()

    again = stranger.post("/api/guests/", json={"name": "Cem"})

    for response in (second, again):
        assert (first.status_code, response.status_code, is_replay(response)) == (201, 201, True)
        assert response.json()["guest_id"] == first.json()["guest_id"]
    elsewhere = new_client(headers={"X-Guest-Token": again.json()["token"]})
    assert elsewhere.get("/api/guests/me/").json()["guest_id"] == first.json()["guest_id"]
    assert stranger.get("/api/guests/me/").json()["name"] == "Cem"


def test_a_key_on_a_read_is_ignored(named: Queue):
    assert not any(is_replay(named.get()) for _ in range(2))


def test_a_key_on_admin_requests_is_ignored(staff: httpx.Client):
    """What it has done it answers with a redirect, which is not kept; so nothing may be taken back either."""
    form = {"title": "Halo of the admin", "artist": "Ada", "duration_seconds": "200", "_save": "Save"}
    token = staff.get("/admin/tracks/track/add/").text.split('name="csrfmiddlewaretoken" value="')[1]
    form["csrfmiddlewaretoken"] = token.split('"')[0]
    headers = {"Idempotency-Key": KEY, "Referer": str(staff.base_url)}

    saved = staff.post("/admin/tracks/track/add/", data=form, headers=headers)

    assert saved.status_code == 302, saved.text
    (found,) = staff.get("/api/tracks/", params={"search": form["title"]}).json()
    staff.delete(f"/api/tracks/{found['id']}/")


# --- The client's name for a write, in its events ----------------------------------------------------


@pytest.mark.both_sizes
def test_every_write_accepts_an_op_id_and_events_without_one_have_null(queue: Queue):
    (a,) = queue.fill(1)
    before = queue.state()
    printable = "".join(map(chr, range(0x21, 0x7F)))
    keys = ["x", "a b", printable[:64], printable[64:], "7d444840-9dc0-11d1-b245-5ffdce74fad2", ""]
    writes = [("", {"track_id": queue.tracks[10]}), (f"{a}/vote/", {"value": 1}), (f"{a}/play/", None)]
    writes += [("stop/", None), (f"{a}/play/", None), ("", {"track_id": queue.tracks[11]})]

    with Observer(queue) as witness:
        for key, (path, body) in zip(keys, writes, strict=False):
            headers = {"Idempotency-Key": key} if key else {}
            assert queue.post(path, json=body, headers=headers).is_success
        queue.http.delete(f"{queue.path}{a}/", headers={"Idempotency-Key": "last"})

    reported = [*keys[:5], None, "last", "last"]
    assert witness.types[-2:] == ["track.playing", "track.removed"]
    assert [event["op_id"] for event in witness.events] == reported
    poll = queue.get("events/", epoch=before.epoch, since=before.seq).json()
    assert [event["op_id"] for event in poll["events"]] == reported


def test_an_invalid_key_is_a_400_without_any_change_and_is_ignored_on_reads(queue: Queue):
    (a,) = queue.fill(1)
    several = [(b"Idempotency-Key", b"a"), (b"Idempotency-Key", b"b")]
    wrong = (b"", b"x" * 65, b"caf\xc3\xa9", b"\xe9", b"a\tb", b"\x7f")

    with Observer(queue, expected=[]):
        for headers in (several, *([(b"Idempotency-Key", key)] for key in wrong)):
            added = queue.post(json={"track_id": queue.tracks[1]}, headers=headers)
            for response in (added, *(queue.post(path, headers=headers) for path in (f"{a}/play/", "stop/"))):
                assert rejected(response, 400, "VALIDATION_ERROR")["Idempotency-Key"]
            assert queue.http.get(queue.path, headers=headers).status_code == 200
