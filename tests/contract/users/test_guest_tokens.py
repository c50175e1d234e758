"""The token of a guest, for clients on another origin."""

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


def test_it_names_the_guest_in_every_write(queue: Queue, client: httpx.Client, new_client: NewClient):
    token = client.post("/api/guests/", json={"name": "Cem"}).json()["token"]
    elsewhere = queue.as_seen_by(
        new_client(headers={"X-Guest-Token": token, "Origin": "http://localhost:3000"})
    )

    item = elsewhere.add(queue.tracks[0])
    elsewhere.vote(item["id"], -1)

    assert item["added_by"] == "Cem"
    assert queue.my_votes() == {str(item["id"]): -1}


def test_it_goes_before_the_cookie(ada: httpx.Client, new_client: NewClient):
    bo = new_client().post("/api/guests/", json={"name": "Bo"}).json()

    answer = ada.get("/api/guests/me/", headers={"X-Guest-Token": bo["token"]})

    assert answer.json() == {"guest_id": bo["guest_id"], "name": "Bo"}


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "x" * 3000])
def test_a_wrong_one_is_a_401_and_nothing_happens(queue: Queue, ada: httpx.Client, token: str):
    (a,) = queue.fill(1)
    headers = {"X-Guest-Token": token}

    with Witness(queue) as witness:
        refused(ada.get("/api/guests/me/", headers=headers), 401, "NOT_AUTHENTICATED")
        refused(ada.get(f"{queue.path}my-votes/", headers=headers), 401, "NOT_AUTHENTICATED")
        vote = ada.post(f"{queue.path}{a}/vote/", json={"value": 1}, headers=headers)
        refused(vote, 401, "NOT_AUTHENTICATED")
        body = {"track_id": queue.tracks[1]}
        refused(ada.post(queue.path, json=body, headers=headers), 401, "NOT_AUTHENTICATED")

    assert witness.types == []


def test_one_with_another_guests_id_is_wrong(ada: httpx.Client, new_client: NewClient):
    victim = ada.get("/api/guests/me/").json()["guest_id"]
    http = new_client()
    own = http.post("/api/guests/", json={"name": "Eve"}).json()
    forged = own["token"].replace(own["guest_id"], victim)
    assert forged != own["token"]

    answer = http.get("/api/guests/me/", headers={"X-Guest-Token": forged})

    refused(answer, 401, "NOT_AUTHENTICATED")
