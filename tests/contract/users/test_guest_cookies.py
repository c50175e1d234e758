"""The cookie of a guest."""

import httpx

from tests.contract.queues import Queue
from tests.contract.refusals import refused


def test_it_is_out_of_reach_of_scripts_and_other_sites(client: httpx.Client):
    answer = client.post("/api/guests/", json={"name": "Ada"})

    (cookie,) = answer.headers.get_list("Set-Cookie")
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", f"max-age={365 * 24 * 3600}"} <= flags
    assert "secure" not in flags
    assert answer.json()["token"] in cookie.split(";")[0]


def test_nobody_gets_one_without_asking(queue: Queue, client: httpx.Client):
    (a,) = queue.fill(1)

    answers = [
        *(client.get(path) for path in ("/", "/api/", "/api/tracks/", queue.path, f"{queue.path}my-votes/")),
        client.post(f"{queue.path}{a}/vote/", json={"value": 1}),
        client.post(f"{queue.path}{a}/play/"),
        client.get("/api/guests/me/"),
        client.get(f"{queue.path}events/"),
    ]

    assert [answer.headers.get("Set-Cookie") for answer in answers] == [None] * len(answers)


def test_one_that_is_not_valid_and_one_of_no_session_are_passed_over(queue: Queue, client: httpx.Client):
    client.cookies.set("tutti_guest", "nonsense", domain="127.0.0.1")
    client.cookies.set("sessionid", "nonsense", domain="127.0.0.1")

    refused(client.get("/api/guests/me/"), 404, "NOT_FOUND")
    assert queue.add(queue.tracks[0])["added_by"] == "Anonymous"
