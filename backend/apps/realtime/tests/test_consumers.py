"""Sockets without a server: what no server is needed for, or what none can be brought to do.

What is asked and answered is in tests/contract/realtime; that the way without a sink does the same, in
tests/live/test_paths.py.
"""

import asyncio

import pytest
from django.db import OperationalError

from apps.realtime.hub import Hub
from apps.realtime.tests.boards import KIND, append
from apps.realtime.tests.listening import in_database
from apps.realtime.tests.sockets import Socket

pytestmark = pytest.mark.usefixtures("known_hosts")


@pytest.mark.parametrize(
    ("host", "is_known"), [("127.0.0.1:4000", True), ("", False), ("evil.example", False)]
)
async def test_in_debug_the_own_machine_is_known_without_a_list(hub, settings, host: str, is_known: bool):
    settings.ALLOWED_HOSTS, settings.DEBUG = [], True
    one = await Socket(host=host).connect()
    if is_known:
        assert (await one.next())["type"] == "connection.established"
    else:
        assert await one.close_code() == 4403
    await one.leave()


@pytest.fixture
def no_database(monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr("apps.realtime.hub.stream_id_of", fail)


@pytest.mark.parametrize(("path", "code"), [("/ws/?epoch=e&since=0", 4012), ("/ws/", 1011)])
async def test_while_the_database_is_away_a_join_fails_and_may_be_tried_again(no_database, hub, path, code):
    one = await Socket(path).connect()
    assert await one.close_code() == code
    await one.leave()
    assert_nothing_is_held(hub)


async def test_a_join_that_is_cancelled_holds_nothing(hub, stored_board, monkeypatch):
    """As Daphne does with an application that is still busy 10 seconds after its client has left."""
    has_begun, get = asyncio.Event(), hub.reads.get

    async def never_read(key, read):
        if key == (KIND, "main"):  # which stream that is, it may know
            return await get(key, read)
        has_begun.set()
        return await asyncio.Event().wait()

    monkeypatch.setattr(hub.reads, "get", never_read)
    one = await Socket(f"/ws/?epoch={stored_board.epoch}&since=0").connect()
    await in_database(append, stored_board.pk, "a")
    await has_begun.wait()
    assert hub.connections
    await one.cut_off()
    assert_nothing_is_held(hub)


def assert_nothing_is_held(hub: Hub) -> None:
    assert (hub.connections, hub._feeds, dict(hub.admission._open)) == (set(), {}, {})
