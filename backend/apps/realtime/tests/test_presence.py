"""When rows of presence are written, by several processes at once, against a clock that is moved."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime import presence_sync as presence_writer
from apps.realtime.models import Presence
from apps.realtime.presence import (
    MARGIN_SECONDS,
    STAYS_SECONDS,
    WRITE_EVERY_SECONDS,
    Person,
    PresenceTracker,
    Row,
    present_user_ids,
    purge_expired_presence,
    write_presence,
)
from apps.realtime.presence_sync import PresenceWriter
from apps.realtime.tests.recording_listener import in_database
from apps.realtime.tests.sockets import Socket
from core import identity
from core.identity import Caller, Visit

ADA, BO = Person(1, "user:5"), Person(1, "user:7")
PROCESSES = 3
# How soon a process writes what is due: its task settles for a tenth of a second.
DELAY = 0.25


@dataclass
class Table:
    """As `write_presence` keeps it: a row that is younger than 30 seconds, nor lowers it."""

    rows: dict[Person, Row] = field(default_factory=dict)
    writes: list[tuple[Person, float]] = field(default_factory=list)

    def write(self, wanted: dict[Person, float], now: float) -> dict[Person, Row]:
        for person, until in wanted.items():
            row = self.rows.get(person)
            if row is None or row.written_at <= now - WRITE_EVERY_SECONDS:
                self.rows[person] = Row(max(until, row.until if row else 0.0), now)
                self.writes.append((person, now))
        return {person: self.rows[person] for person in wanted}


@dataclass
class World:
    """Processes that write as soon as something is due, and what is true of everybody's sockets."""

    now: float = 1_000_000.0
    table: Table = field(default_factory=Table)
    books: list[PresenceTracker] = field(
        default_factory=lambda: [PresenceTracker() for _ in range(PROCESSES)]
    )
    open: dict[tuple[int, Person], int] = field(default_factory=dict)
    opened_at: dict[Person, float] = field(default_factory=dict)
    left_at: dict[Person, float] = field(default_factory=dict)

    def enter(self, process: int, person: Person) -> None:
        if not self.is_open(person):
            self.opened_at[person] = self.now
        self.open[process, person] = self.open.get((process, person), 0) + 1
        self.books[process].enter(person)

    def leave(self, process: int, person: Person) -> None:
        if self.open.get((process, person)):
            self.open[process, person] -= 1
            self.books[process].leave(person, self.now)
            self.left_at[person] = self.now

    def wait(self, seconds: float) -> None:
        """In small steps, each checked."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + DELAY, end)
            for book in self.books:
                for person, row in self.table.write(book.due(self.now), self.now).items():
                    book.note(person, row)
            for person in (ADA, BO):
                self.check(person)

    def is_open(self, person: Person) -> bool:
        return any(count for (_, one), count in self.open.items() if one == person)

    def is_there(self, person: Person) -> bool:
        row = self.table.rows.get(person)
        return row is not None and row.until > self.now

    def check(self, person: Person) -> None:
        left_at = self.left_at.get(person, float("-inf"))
        if self.is_open(person):
            has_settled = self.opened_at[person] <= self.now - DELAY
            assert self.is_there(person) or not has_settled, "somebody with an open socket isn't there"
        elif self.now < left_at + STAYS_SECONDS - DELAY and self.opened_at[person] < left_at - DELAY:
            assert self.is_there(person), "somebody is gone before their minute has ended"
        elif self.now > left_at + STAYS_SECONDS + self.may_stay_longer(person) + MARGIN_SECONDS + 2 * DELAY:
            assert not self.is_there(person), "somebody stays for longer than they may"

    def may_stay_longer(self, person: Person) -> float:
        """Where several processes write, what one writes lasts until the next may."""
        processes = {process for process, one in self.open if one == person}
        return WRITE_EVERY_SECONDS if len(processes) > 1 else 0.0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "leave"]),
        st.integers(0, PROCESSES - 1),
        st.sampled_from([ADA, BO]),
        st.sampled_from([0.0, 0.5, 7.0, 29.5, 30.0, 31.0, 59.0, 61.0, 95.0]),
    ),
    max_size=12,
)


@given(steps=STEPS)
def test_people_with_a_socket_now_or_a_minute_ago_are_present(steps) -> None:
    world = World()
    for doing, process, person, seconds in steps:
        getattr(world, doing)(process, person)
        world.wait(seconds)
    world.wait(2 * STAYS_SECONDS)

    for person in (ADA, BO):
        written_at = [at for one, at in world.table.writes if one == person]
        gaps = [later - earlier for earlier, later in pairwise(written_at)]
        assert all(gap >= WRITE_EVERY_SECONDS for gap in gaps), "a row is written too often"

    for (process, person), count in list(world.open.items()):
        for _ in range(count):
            world.leave(process, person)
    world.wait(4 * WRITE_EVERY_SECONDS)

    assert not any(world.books), "somebody who has left is not forgotten"


def test_presence_of_a_killed_process_expires_after_a_minute() -> None:
    world = World()
    world.enter(0, ADA)
    world.wait(100.0)
    world.books[0] = PresenceTracker()
    world.open.clear()
    world.left_at[ADA] = world.now
    row = world.table.rows[ADA]

    assert world.now + WRITE_EVERY_SECONDS - DELAY <= row.until <= world.now + STAYS_SECONDS


# --- Rows in the database, and the keeper that writes them -------------------------------------------


NOW = 1_700_000_000.0
KITCHEN = Person(2, "user:5")


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.django_db
def test_people_are_in_a_stream_until_their_rows_expire() -> None:
    write_presence({ADA: NOW + 60, BO: NOW + 40, KITCHEN: NOW + 60}, now=NOW)

    assert present_user_ids(1, now=moment(NOW + 39)) == [5, 7]
    assert present_user_ids(1, now=moment(NOW + 40)) == [5]
    assert present_user_ids(2, now=moment(NOW + 39)) == [5]
    assert present_user_ids(1, now=moment(NOW + 60)) == []


@pytest.mark.django_db
def test_a_row_is_written_every_thirty_seconds_and_never_moves_back() -> None:
    first = write_presence({ADA: NOW + 60}, now=NOW)
    early = write_presence({ADA: NOW + 89}, now=NOW + 29)
    later = write_presence({ADA: NOW + 50}, now=NOW + 30)

    assert first == early == {ADA: Row(NOW + 60, NOW)}
    assert later == {ADA: Row(NOW + 60, NOW + 30)}
    assert Presence.objects.count() == 1


@pytest.mark.django_db
def test_expired_rows_are_deleted() -> None:
    write_presence({ADA: NOW + 60, BO: NOW + 4000}, now=NOW)

    assert purge_expired_presence(now=moment(NOW + 60) + timedelta(minutes=11)) == 1
    assert Presence.objects.get().key == BO.key


@pytest.mark.django_db
def test_a_thousand_people_take_few_statements(django_assert_max_num_queries) -> None:
    everybody = {Person(1, f"user:{number}"): NOW + 60 for number in range(1000)}
    with django_assert_max_num_queries(24):
        write_presence(everybody, now=NOW)
    with django_assert_max_num_queries(24):
        write_presence(dict.fromkeys(everybody, NOW + 90), now=NOW + 30)

    assert present_user_ids(1, now=moment(NOW + 89)) == list(range(1000))


@pytest.fixture
async def no_presence(readers):
    yield
    await in_database(lambda: Presence.objects.all().delete())


async def until_there(stream_id: int, expected: list[int]) -> None:
    async with asyncio.timeout(10):
        while await in_database(lambda: present_user_ids(stream_id)) != expected:
            pass


async def test_a_guest_identified_by_a_message_is_present_until_a_minute_after_it_left(
    hub, known_hosts, stored_board, no_presence, monkeypatch
) -> None:
    """Who is known by a cookie: tests/live/test_presence.py."""

    def by_token(visit: Visit) -> Caller | None:
        token = visit.headers.get("x-guest-token")
        return Caller(key=f"user:{token}", address=visit.address, user_id=int(token)) if token else None

    monkeypatch.setattr(identity, "_caller_resolvers", [by_token])
    monkeypatch.setattr(identity, "_claim_resolvers", [by_token])
    nobody, bo = [await Socket().connect() for _ in range(2)]
    await bo.next()
    await bo.send({"type": "identify", "guest_token": "7"})
    assert (await bo.next())["type"] == "identified"
    await until_there(stored_board.pk, [7])
    for socket in (bo, nobody):
        await socket.leave()
    assert await in_database(lambda: present_user_ids(stored_board.pk)) == [7]
    # The stranger is there as well, under no account.
    assert await in_database(Presence.objects.count) == 2


async def test_a_failed_write_is_repeated_later(readers, no_presence, monkeypatch) -> None:
    monkeypatch.setattr(presence_writer, "RETRY_SECONDS", 0.01)
    failures = [OperationalError("the database is away")]

    def stumbling(wanted, *, now):
        if failures:
            raise failures.pop()
        return write_presence(wanted, now=now)

    monkeypatch.setattr(presence_writer, "write_presence", stumbling)
    keeper = PresenceWriter()
    keeper.enter(ADA)
    await until_there(ADA.stream_id, [5])
    keeper.stop()

    assert failures == []
