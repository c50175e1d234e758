"""Rows of presence in the database, and the keeper that writes them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from apps.realtime import presence_keeper
from apps.realtime.models import Presence
from apps.realtime.presence import Person, Row
from apps.realtime.presence_keeper import PresenceKeeper
from apps.realtime.presence_rows import forget_past_presence, people_in, write_presence
from apps.realtime.tests.listening import in_database
from apps.realtime.tests.sockets import Socket
from core import identity
from core.identity import Caller, Visit

NOW = 1_700_000_000.0
ADA, BO = Person(1, 5), Person(1, 7)
KITCHEN = Person(2, 5)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.django_db
def test_people_are_in_a_stream_until_their_rows_expire() -> None:
    write_presence({ADA: NOW + 60, BO: NOW + 40, KITCHEN: NOW + 60}, now=NOW)

    assert people_in(1, now=moment(NOW + 39)) == [5, 7]
    assert people_in(1, now=moment(NOW + 40)) == [5]
    assert people_in(2, now=moment(NOW + 39)) == [5]
    assert people_in(1, now=moment(NOW + 60)) == []


@pytest.mark.django_db
def test_a_row_is_left_alone_for_thirty_seconds_and_never_says_less() -> None:
    first = write_presence({ADA: NOW + 60}, now=NOW)
    early = write_presence({ADA: NOW + 89}, now=NOW + 29)
    later = write_presence({ADA: NOW + 50}, now=NOW + 30)

    assert first == early == {ADA: Row(NOW + 60, NOW)}
    assert later == {ADA: Row(NOW + 60, NOW + 30)}
    assert Presence.objects.count() == 1


@pytest.mark.django_db
def test_what_has_expired_is_forgotten() -> None:
    write_presence({ADA: NOW + 60, BO: NOW + 4000}, now=NOW)

    assert forget_past_presence(now=moment(NOW + 60) + timedelta(minutes=11)) == 1
    assert Presence.objects.get().user_id == BO.user_id


@pytest.mark.django_db
def test_a_thousand_people_take_a_few_statements() -> None:
    everybody = {Person(1, number): NOW + 60 for number in range(1000)}
    with CaptureQueriesContext(connection) as new:
        write_presence(everybody, now=NOW)
    with CaptureQueriesContext(connection) as again:
        write_presence(dict.fromkeys(everybody, NOW + 90), now=NOW + 30)

    assert people_in(1, now=moment(NOW + 89)) == list(range(1000))
    assert len(new) <= 24
    assert len(again) <= 24


# --- On the event loop -------------------------------------------------------------------------------


@pytest.fixture
async def no_presence(readers):
    yield
    await in_database(lambda: Presence.objects.all().delete())


@pytest.fixture
def known_people(monkeypatch) -> None:
    """Who shows a name as a cookie is known by it; `x-guest-token` makes a guest."""

    def by_cookie(visit: Visit) -> Caller | None:
        number = visit.cookies.get("person")
        return Caller(key=f"user:{number}", address=visit.address, user_id=int(number)) if number else None

    def by_token(visit: Visit) -> Caller | None:
        token = visit.headers.get("x-guest-token")
        if token and token.isdigit():
            return Caller(key=f"user:{token}", address=visit.address, user_id=int(token))
        return Caller(key=f"guest:{token}", address=visit.address, guest_id=token) if token else None

    monkeypatch.setattr(identity, "_recognisers", [by_cookie, by_token])
    monkeypatch.setattr(identity, "_claims", [by_cookie, by_token])


async def until_there(stream_id: int, expected: list[int]) -> None:
    async with asyncio.timeout(10):
        while await in_database(lambda: people_in(stream_id)) != expected:
            pass


async def test_known_people_are_in_the_stream_of_their_socket(
    hub, known_hosts, known_people, stored_board, no_presence
) -> None:
    ada, again = [await Socket(cookie="person=5").connect() for _ in range(2)]
    bo = await Socket(x_guest_token="a-guest").connect()
    nobody = await Socket().connect()
    await until_there(stored_board.pk, [5])
    await bo.next()
    await bo.send({"type": "identify", "guest_token": "7"})
    assert (await bo.next())["type"] == "identified"
    await until_there(stored_board.pk, [5, 7])

    for socket in (ada, again, bo, nobody):
        await socket.leave()
    # For a minute.
    assert await in_database(lambda: people_in(stored_board.pk)) == [5, 7]
    assert await in_database(lambda: Presence.objects.count()) == 2


async def test_a_write_that_fails_is_made_later(readers, no_presence, monkeypatch) -> None:
    monkeypatch.setattr(presence_keeper, "RETRY_SECONDS", 0.01)
    failures = [OperationalError("the database is away")]

    def stumbling(wanted, *, now):
        if failures:
            raise failures.pop()
        return write_presence(wanted, now=now)

    monkeypatch.setattr(presence_keeper, "write_presence", stumbling)
    keeper = PresenceKeeper()
    keeper.enter(ADA)
    await until_there(ADA.stream_id, [ADA.user_id])
    keeper.stop()

    assert failures == []
