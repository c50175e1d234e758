"""JSON Web Tokens: made, renewed once, checked, ended."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.contract.conftest import Connect, NewClient
from tests.contract.people import PASSWORD, Account, bearer, facts, get_tokens, new_name, registered
from tests.contract.queues import Queue
from tests.contract.refusals import refused


@pytest.fixture
def account(client: httpx.Client) -> Account:
    return registered(client)


def refreshed(http: httpx.Client, refresh: str, **headers: str) -> httpx.Response:
    return http.post("/api/auth/token/refresh/", json={"refresh": refresh}, headers=headers)


@pytest.mark.both_sizes
def test_name_and_address_log_in_in_any_case(client: httpx.Client, account: Account):
    logins = [change(account[field]) for field in ("username", "email") for change in (str, str.upper)]
    for login in (*({"username": login} for login in logins), {"email": account["email"]}):
        answer = client.post("/api/auth/token/", json={**login, "password": PASSWORD})

        assert not answer.cookies
        assert (answer.status_code, answer.json().keys()) == (200, {"access", "refresh"})
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert client.get("/api/users/me/", headers=bearer(answer.json())).json()["id"] == account["id"]


def test_who_is_not_known_and_who_mistypes_get_the_same_answer(client: httpx.Client, account: Account):
    bodies = [
        {"username": account["username"], "password": "mistyped"},
        {"username": account["email"], "password": "mistyped"},
        {"username": new_name(), "password": PASSWORD},
        {"username": f"{new_name()}@tutti.example", "password": PASSWORD},
    ]

    answers = [client.post(f"/api/auth/{way}/", json=body) for way in ("token", "session") for body in bodies]

    for answer in answers:
        refused(answer, 401, "NOT_AUTHENTICATED")
    assert len({answer.content for answer in answers}) == 1
    assert not client.cookies


HALVES: list[dict[str, Any]] = [
    *({}, {"username": "ada"}, {"password": "x"}, {"username": 5, "password": "x"}),
    {"username": "a", "email": "a", "password": "x"},
]


def test_half_a_login_is_a_400(client: httpx.Client):
    for body in HALVES:
        for way in ("token", "session"):
            refused(client.post(f"/api/auth/{way}/", json=body), 400, "VALIDATION_ERROR")


def test_a_refresh_token_works_once(client: httpx.Client, account: Account):
    first = get_tokens(client, account).json()

    second = refreshed(client, first["refresh"])

    assert (second.status_code, second.json().keys()) == (200, {"access", "refresh"})
    assert client.get("/api/users/me/", headers=bearer(second.json())).status_code == 200
    assert refreshed(client, second.json()["refresh"]).status_code == 200
    refused(refreshed(client, first["refresh"]), 401, "NOT_AUTHENTICATED")


@pytest.mark.both_sizes
def test_of_many_who_show_it_at_once_one_gets_new_ones(new_client: NewClient, account: Account):
    clients = [new_client() for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda http: refreshed(http, account["refresh"]), clients))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 5


@pytest.mark.both_sizes
def test_a_lost_answer_can_be_asked_for_again(client: httpx.Client, account: Account):
    key = {"Idempotency-Key": new_name()}

    first, again = (refreshed(client, account["refresh"], **key) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert client.get("/api/users/me/", headers=bearer(again.json())).status_code == 200
    another = refreshed(client, account["refresh"], **{"Idempotency-Key": new_name()})
    refused(another, 401, "NOT_AUTHENTICATED")


def test_checking(client: httpx.Client, account: Account):
    for kind in ("access", "refresh"):
        answer = client.post("/api/auth/token/verify/", json={"token": account[kind]})
        assert (answer.status_code, answer.json()) == (200, {})

    for token in ("nonsense", account["access"][:-2], account["access"] + "x"):
        answer = client.post("/api/auth/token/verify/", json={"token": token})
        refused(answer, 401, "NOT_AUTHENTICATED")
    refused(client.post("/api/auth/token/verify/", json={}), 400, "VALIDATION_ERROR", "token")


def test_logging_out_ends_the_refresh_token(client: httpx.Client, account: Account):
    body = {"refresh": account["refresh"]}

    for _ in range(2):
        answer = client.post("/api/auth/logout/", json=body)
        assert (answer.status_code, answer.content) == (204, b"")

    refused(refreshed(client, account["refresh"]), 401, "NOT_AUTHENTICATED")
    refused(
        client.post("/api/auth/token/verify/", json={"token": account["refresh"]}), 401, "NOT_AUTHENTICATED"
    )
    refused(client.post("/api/auth/logout/", json={"refresh": "nonsense"}), 401, "NOT_AUTHENTICATED")
    refused(client.post("/api/auth/logout/", json={}), 400, "VALIDATION_ERROR", "refresh")


UNSIGNED = "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoiMSJ9."


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 3000, UNSIGNED])
def test_a_wrong_token_is_a_401_and_nothing_happens(queue: Queue, client: httpx.Client, token: str):
    (a,) = queue.fill(1)
    headers = {"Authorization": f"Bearer {token}".strip()}

    refused(queue.post(f"{a}/vote/", json={"value": 1}, headers=headers), 401, "NOT_AUTHENTICATED")
    for path in ("tracks/", "users/", "users/me/", "playlist/my-votes/"):
        refused(client.get(f"/api/{path}", headers=headers), 401, "NOT_AUTHENTICATED")
    refused(client.get(f"{queue.path}events/", headers=headers), 401, "NOT_AUTHENTICATED")

    assert queue.item(a)["votes"] == 0


def test_a_refresh_token_is_no_access_token(client: httpx.Client, account: Account):
    headers = {"Authorization": f"Bearer {account['refresh']}"}

    refused(client.get("/api/users/me/", headers=headers), 401, "NOT_AUTHENTICATED")
    refused(refreshed(client, account["access"]), 401, "NOT_AUTHENTICATED")


def test_another_scheme_is_passed_over(client: httpx.Client):
    assert client.get("/api/tracks/", headers={"Authorization": "Basic YWRhOg=="}).status_code == 200


def test_a_vote_by_token_and_one_by_cookie_are_the_same_person_s(
    queue: Queue, client: httpx.Client, new_client: NewClient, account: Account
):
    (a,) = queue.fill(1)
    program, page = new_client(headers=bearer(account)), new_client()
    page.post("/api/auth/session/", json={"username": account["username"], "password": PASSWORD})

    for http in (program, page):
        assert queue.as_seen_by(http).vote(a, 1)["votes"] == 1

    assert queue.as_seen_by(page).my_votes() == queue.as_seen_by(program).my_votes() == {str(a): 1}
    assert queue.my_votes() == {}
    assert queue.as_seen_by(page).add(queue.tracks[2])["added_by"] == account["username"]


def test_a_socket_says_by_its_first_frame_which_account_it_is(connect: Connect, account: Account):
    socket = connect()

    identified = socket.ask({"type": "identify", "access": account["access"]}, "identified")

    assert identified["payload"] == {"user_id": account["id"]}
    for access in ("nonsense", account["refresh"], "", None):
        assert socket.error_for({"type": "identify", "access": access}) == "VALIDATION_ERROR"


def test_a_changed_password_ends_tokens(client: httpx.Client, account: Account):
    body = {"old_password": PASSWORD, "new_password": facts()["username"] + " and more"}

    answer = client.post("/api/auth/password/", json=body, headers=bearer(account))

    assert answer.status_code == 204
    refused(client.get("/api/users/me/", headers=bearer(account)), 401, "NOT_AUTHENTICATED")
    refused(refreshed(client, account["refresh"]), 401, "NOT_AUTHENTICATED")
