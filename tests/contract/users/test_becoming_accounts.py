"""A guest who registers or logs in brings along what it had."""

import httpx
import pytest

from tests.contract.conftest import NewClient, new_room
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.people import Account, bearer, begin_session, facts, get_tokens, registered
from tests.contract.queues import Queue


@pytest.mark.parametrize("way", ["register", "session", "token"])
def test_votes_items_plays_and_rooms_of_a_guest_are_transferred(
    queue: Queue, bo: httpx.Client, client: httpx.Client, way: str
):
    own = queue.as_seen_by(bo)
    item = own.add(queue.tracks[0])["id"]
    own.vote(item, 1)
    own.play(item)
    own.stop()
    room = new_room(bo)
    account = None if way == "register" else registered(client)

    with Observer(queue, expected=[]):
        if account is None:
            account = registered(bo)
        else:
            response = (begin_session if way == "session" else get_tokens)(bo, account)
            assert response.status_code == 200
            assert "tutti_guest" not in bo.cookies
            account |= response.json()
        assert account is not None

    assert own.item(item)["added_by"] == "Bo"
    bo.cookies.clear()
    bo.headers.update(bearer(account))
    assert own.my_votes() == {str(item): 1}
    assert own.vote(item, 1)["votes"] == 1
    assert bo.patch(f"/api/rooms/{room}/", json={"name": "Mine"}).status_code == 200
    exported = bo.get("/api/users/me/export/").json()
    assert [one["item_id"] for one in exported["items"]] == [item]
    assert [one["item_id"] for one in exported["votes"]] == [item]
    assert [play["item"]["id"] for play in exported["plays"]] == [item]
    assert own.history()[0]["added_by"] == "Bo"


@pytest.mark.parametrize(("as_guest", "as_account"), [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_of_two_votes_that_of_the_account_stays_and_an_event_is_sent(
    voted_queue: Queue,
    bo: httpx.Client,
    cem: httpx.Client,
    new_client: NewClient,
    as_guest: int,
    as_account: int,
):
    """Where votes decide, the item takes its place."""
    queue = voted_queue
    a, b = queue.fill(2)
    account: Account = registered(new_client())
    program = queue.as_seen_by(new_client(headers=bearer(account)))
    for voter, value in ((queue.as_seen_by(bo), as_guest), (program, as_account)):
        voter.vote(b, value)
    queue.as_seen_by(cem).vote(a, as_guest)
    before = queue.ids()

    with Observer(queue) as witness:
        assert begin_session(bo, account).status_code == 200

    assert witness.types == ["track.voted", *["track.moved"] * (queue.ids() != before)]
    assert witness.payloads[0]["votes"] == queue.item(b)["votes"] == as_account
    assert queue.as_seen_by(bo).my_votes() == program.my_votes() == {str(b): as_account}
    assert queue.ids() == ([b, a] if as_account > as_guest else [a, b])


def test_after_a_merge_the_guests_token_is_valid_only_for_a_repetition(
    client: httpx.Client, new_client: NewClient
):
    """The first response may have been lost."""
    token = client.post("/api/guests/", json={"name": "Bo"}).json()["token"]
    client.cookies.clear()
    body, headers = facts(), {"X-Guest-Token": token, "Idempotency-Key": "lost"}

    first, again = (client.post("/api/users/", json=body, headers=headers) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    rejected(client.get("/api/guests/me/", headers=headers), 401, "NOT_AUTHENTICATED")
    stale = new_client(cookies={"tutti_guest": token})
    rejected(stale.get("/api/guests/me/"), 404, "NOT_FOUND")


def test_a_failed_login_leaves_the_guest_unchanged(queue: Queue, bo: httpx.Client, client: httpx.Client):
    (a,) = queue.fill(1)
    queue.as_seen_by(bo).vote(a, 1)
    account = registered(client)

    rejected(bo.post("/api/users/", json=facts(email=account["email"])), 409, "CONFLICT")
    rejected(begin_session(bo, account, "mistyped"), 401, "NOT_AUTHENTICATED")

    assert queue.as_seen_by(bo).my_votes() == {str(a): 1}
