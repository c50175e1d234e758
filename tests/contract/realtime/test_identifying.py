"""Who a socket is: by its cookie, or by its first frame."""

from typing import Any

import httpx
import pytest

from tests.contract.conftest import Connect
from tests.contract.queues import Queue


def test_a_guest_token_is_recognised(client: httpx.Client, connect: Connect, queue: Queue):
    guest = client.post("/api/guests/", json={"name": "Ada"}).json()
    socket = connect()

    identified = socket.ask({"type": "identify", "guest_token": guest["token"]}, "identified")

    assert identified["payload"] == {"guest_id": guest["guest_id"]}
    queue.fill(1)
    assert socket.next("track.added")["seq"] == 1


@pytest.mark.parametrize(
    "fields",
    [
        *[{"guest_token": token} for token in ("nonsense", "", "a:b", None, 5, ["x"], "x" * 5000)],
        *[{"access": "nonsense"}, {}, {"token": "nonsense"}],
    ],
    ids=lambda fields: repr(fields)[:40],
)
def test_what_names_nobody_is_an_error_and_the_connection_stays(
    connect: Connect, queue: Queue, fields: dict[str, Any]
):
    socket = connect()

    assert socket.error_for({"type": "identify", **fields}) == "VALIDATION_ERROR"

    queue.fill(1)
    assert socket.next("track.added")["seq"] == 1


def test_a_changed_token_is_nobodys(client: httpx.Client, connect: Connect):
    token = client.post("/api/guests/", json={"name": "Ada"}).json()["token"]
    changed = token[:-1] + ("a" if token[-1] != "a" else "b")

    assert connect().error_for({"type": "identify", "guest_token": changed}) == "VALIDATION_ERROR"


def test_a_cookie_goes_along(ada: httpx.Client, connect: Connect, queue: Queue):
    cookie = "; ".join(f"{name}={value}" for name, value in ada.cookies.items())

    socket = connect(headers={"Cookie": cookie})
    queue.fill(1)

    assert socket.next("track.added")["seq"] == 1


def test_an_old_cookie_keeps_nobody_out(connect: Connect):
    socket = connect(headers={"Cookie": "tutti_guest=nonsense; sessionid=nonsense; =; ;x"})

    assert socket.ping()["seq"] == 0
