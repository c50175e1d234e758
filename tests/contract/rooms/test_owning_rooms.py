"""A room is changed and deleted by whoever created it, and by the staff."""

import httpx
import pytest

from tests.contract.conftest import NewClient, new_room
from tests.contract.refusals import refused


def may_change(http: httpx.Client, slug: str) -> bool:
    """Whether it was let, and that what came of it is to be seen."""
    before = http.get(f"/api/rooms/{slug}/").json()
    answer = http.patch(f"/api/rooms/{slug}/", json={"name": "New name"})
    after = http.get(f"/api/rooms/{slug}/").json()
    if answer.status_code == 200:
        assert answer.json() == after == {**before, "name": "New name"}
        return True
    refused(answer, 403, "PERMISSION_DENIED")
    refused(http.delete(f"/api/rooms/{slug}/"), 403, "PERMISSION_DENIED")
    assert after == before
    return False


def may_delete(http: httpx.Client, slug: str) -> bool:
    answer = http.delete(f"/api/rooms/{slug}/")
    found = http.get(f"/api/rooms/{slug}/")
    if answer.status_code == 204:
        refused(found, 404, "NOT_FOUND")
        return True
    refused(answer, 403, "PERMISSION_DENIED")
    assert found.status_code == 200
    return False


def test_the_guest_that_created_it_may(ada: httpx.Client):
    slug = new_room(ada)

    assert may_change(ada, slug)
    assert may_delete(ada, slug)


def test_the_guest_may_by_its_token_too(client: httpx.Client, new_client: NewClient):
    token = client.post("/api/guests/", json={"name": "Ada"}).json()["token"]
    elsewhere = new_client(headers={"X-Guest-Token": token})
    slug, other = new_room(client), new_room(elsewhere)

    assert may_change(elsewhere, slug)
    assert may_delete(elsewhere, slug)
    assert may_change(client, other)


def test_the_account_that_created_it_may(plain_account: httpx.Client):
    slug = new_room(plain_account)

    assert may_change(plain_account, slug)
    assert may_delete(plain_account, slug)


@pytest.mark.parametrize("other", ["bo", "client", "plain_account"])
def test_others_may_not(request: pytest.FixtureRequest, ada: httpx.Client, other: str):
    slug = new_room(ada)

    assert not may_change(request.getfixturevalue(other), slug)
    assert not may_delete(request.getfixturevalue(other), slug)


def test_the_staff_may(ada: httpx.Client, staff: httpx.Client):
    slug = new_room(ada)

    assert may_change(staff, slug)
    assert may_delete(staff, slug)


def test_a_network_address_owns_nothing(client: httpx.Client, new_client: NewClient, staff: httpx.Client):
    slug = new_room(client)

    assert not may_change(client, slug)
    assert not may_change(new_client(), slug)
    assert may_change(staff, slug)


def test_becoming_a_guest_afterwards_gives_nothing(client: httpx.Client):
    slug = new_room(client)
    client.post("/api/guests/", json={"name": "Ada"})

    assert not may_change(client, slug)


def test_a_room_is_not_owned_across_a_wrong_token(ada: httpx.Client):
    slug = new_room(ada)

    answer = ada.patch(f"/api/rooms/{slug}/", json={"name": "x"}, headers={"X-Guest-Token": "nonsense"})

    refused(answer, 401, "NOT_AUTHENTICATED")
    assert ada.get(f"/api/rooms/{slug}/").json()["name"] != "x"
