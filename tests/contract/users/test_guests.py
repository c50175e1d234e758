"""Guests: people without an account, known by a cookie or, on another origin, by a token."""

import httpx

from tests.contract.conftest import NewClient
from tests.contract.error_checks import rejected
from tests.contract.observers import Observer
from tests.contract.queues import Queue


def test_a_new_guest_has_an_id_a_name_and_a_unique_token(client: httpx.Client):
    """A name is not needed."""
    names = {"  Ada  ": "Ada", "é" * 50: "é" * 50, "Bo": "Bo"}
    responses = [client.post("/api/guests/", json={"name": name}) for name in names]
    responses.append(client.post("/api/guests/", json={}))

    guests = [response.json() for response in responses]
    for response, guest in zip(responses, guests, strict=True):
        assert response.status_code == 201
        assert guest.keys() == {"guest_id", "name", "token"}
        assert isinstance(guest["guest_id"], str)
        assert len(guest["guest_id"]) >= 8
        assert guest["token"] != guest["guest_id"]
    assert [guest["name"] for guest in guests] == [*names.values(), ""]
    assert len({guest["guest_id"] for guest in guests}) == len({guest["token"] for guest in guests}) == 4


def test_me_is_the_guest_of_cookie_or_header_and_can_be_renamed(client: httpx.Client, new_client: NewClient):
    guest = client.post("/api/guests/", json={"name": "Bo"}).json()

    for http in (client, new_client(headers={"X-Guest-Token": guest["token"]})):
        response = http.get("/api/guests/me/")
        assert (response.status_code, response.json()) == (200, {"guest_id": guest["guest_id"], "name": "Bo"})
        assert response.headers["Cache-Control"] == "private, no-cache"
    changed = client.patch("/api/guests/me/", json={"name": " Bo Diddley "})
    assert (changed.status_code, changed.json()) == (200, {**response.json(), "name": "Bo Diddley"})
    assert http.get("/api/guests/me/").json() == changed.json()


def test_a_caller_that_is_no_guest_gets_a_404(queue: Queue, client: httpx.Client):
    """So does who has cookies that mean nothing."""
    for _ in range(2):
        rejected(client.get("/api/guests/me/"), 404, "NOT_FOUND")
        rejected(client.patch("/api/guests/me/", json={"name": "Ada"}), 404, "NOT_FOUND")
        for name in ("tutti_guest", "sessionid"):
            client.cookies.set(name, "nonsense", domain="127.0.0.1")
    assert queue.add(queue.tracks[0])["added_by"] == "Anonymous"


def test_an_invalid_name_is_a_400(client: httpx.Client, ada: httpx.Client):
    for name in ("x" * 51, "a\x00b", "two\nlines", 5, ["Ada"], True, None):
        rejected(client.post("/api/guests/", json={"name": name}), 400, "VALIDATION_ERROR", "name")
        rejected(ada.patch("/api/guests/me/", json={"name": name}), 400, "VALIDATION_ERROR", "name")
    for body in ({}, {"name": ""}, {"name": "  "}):
        rejected(ada.patch("/api/guests/me/", json=body), 400, "VALIDATION_ERROR", "name")

    assert not client.cookies
    assert ada.get("/api/guests/me/").json()["name"] == "Ada"


# --- The cookie --------------------------------------------------------------------------------------


def test_the_guest_cookie_is_http_only_and_set_only_on_request(queue: Queue, client: httpx.Client):
    (a,) = queue.fill(1)
    responses = [
        *(client.get(path) for path in ("/", "/api/", "/api/tracks/", queue.path, f"{queue.path}my-votes/")),
        client.post(f"{queue.path}{a}/vote/", json={"value": 1}),
        client.post(f"{queue.path}{a}/play/"),
        client.get("/api/guests/me/"),
        client.get(f"{queue.path}events/"),
    ]
    assert [response.headers.get("Set-Cookie") for response in responses] == [None] * len(responses)

    response = client.post("/api/guests/", json={"name": "Ada"})

    (cookie,) = response.headers.get_list("Set-Cookie")
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", f"max-age={365 * 24 * 3600}"} <= flags
    assert "secure" not in flags
    assert response.json()["token"] in cookie.split(";")[0]


# --- The token ---------------------------------------------------------------------------------------


def test_the_guest_token_identifies_every_write_and_has_precedence_over_the_cookie(
    queue: Queue, ada: httpx.Client, client: httpx.Client, new_client: NewClient
):
    cem = client.post("/api/guests/", json={"name": "Cem"}).json()
    headers = {"X-Guest-Token": cem["token"], "Origin": "http://localhost:3000"}
    elsewhere = queue.as_seen_by(new_client(headers=headers))

    item = elsewhere.add(queue.tracks[0])
    elsewhere.vote(item["id"], -1)

    assert item["added_by"] == "Cem"
    assert queue.my_votes() == {str(item["id"]): -1}
    body = ada.get("/api/guests/me/", headers=headers).json()
    assert body == {"guest_id": cem["guest_id"], "name": "Cem"}


def test_a_token_with_the_id_of_another_guest_is_invalid(
    queue: Queue, ada: httpx.Client, new_client: NewClient
):
    """So is nonsense: a 401, and nothing happens."""
    (a,) = queue.fill(1)
    victim = ada.get("/api/guests/me/").json()["guest_id"]
    own = new_client().post("/api/guests/", json={"name": "Eve"}).json()
    forged = own["token"].replace(own["guest_id"], victim)
    assert forged != own["token"]

    with Observer(queue, expected=[]):
        for token in ("nonsense", "a:b:c", "x" * 3000, forged):
            http = queue.as_seen_by(new_client(headers={"X-Guest-Token": token}, cookies=dict(ada.cookies)))
            for response in (
                http.http.get("/api/guests/me/"),
                http.http.get(f"{queue.path}my-votes/"),
                http.post(f"{a}/vote/", json={"value": 1}),
                http.post(json={"track_id": queue.tracks[1]}),
            ):
                rejected(response, 401, "NOT_AUTHENTICATED")
