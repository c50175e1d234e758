"""The backend for PostgreSQL.

Statements that wait for the next one of their transaction are sent with it, and lost or rolled_back with it.
"""

import os
import socket
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from core.errors import NotFound
from core.models import IdempotencyRecord
from core.statements import fetch_one, insert_later, run_later, update_later

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is asked within the process"),
]


def record_later(key: str) -> None:
    written = {"caller": "a", "key": key, "fingerprint": "", "created_at": timezone.now()}
    defaults = {"status": 0, "headers": {}, "body": "", "subject": "", "recipe": "", "shows": ""}
    insert_later(IdempotencyRecord, {**written, **defaults})


def keys() -> list[str]:
    return sorted(IdempotencyRecord.objects.values_list("key", flat=True))


def fail(_cursor: Any = None) -> None:
    raise NotFound


def in_transaction(*steps: Callable[[], object]) -> None:
    with transaction.atomic():
        for step in steps:
            step()


def test_buffered_statements_are_sent_in_order_with_the_next_one(exchanges):
    with transaction.atomic():
        record_later("one")
        with transaction.atomic():
            record_later("two")
            assert fetch_one("SELECT COUNT(*) FROM core_idempotencyrecord", []) == (2,)
            assert exchanges() == 1
        record_later("three")
    assert exchanges() == 2  # the end of the savepoint; the third record, with the commit
    assert keys() == ["one", "three", "two"]


def test_a_transaction_without_statements_sends_nothing(exchanges):
    with transaction.atomic():
        pass
    with pytest.raises(NotFound):
        in_transaction(lambda: record_later("one"), fail)
    assert exchanges() == 0
    assert keys() == []


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (lambda: update_later(IdempotencyRecord, 0, {"status": 200}), DatabaseError),
        (lambda: run_later("SELECT 1", [], fail), NotFound),
        (lambda: record_later("one"), IntegrityError),
    ],
    ids=["a row that is gone", "a check", "a constraint"],
)
@pytest.mark.parametrize("is_checked_before", [False, True], ids=["sent with the commit", "sent before it"])
def test_the_commit_raises_pending_errors_and_nothing_is_written(step, error, is_checked_before: bool):
    check = (lambda _cursor: None) if is_checked_before else None
    with pytest.raises(error):
        in_transaction(lambda: record_later("one"), step, lambda: run_later("SELECT 1", [], check))
    assert not connection.in_atomic_block
    assert keys() == []
    with transaction.atomic():
        record_later("two")
    assert keys() == ["two"]


def test_buffered_statements_of_a_savepoint_are_rolled_back_with_it():
    with transaction.atomic():
        record_later("one")
        for steps in (
            [lambda: record_later("two"), fail],
            [lambda: record_later("three"), lambda: run_later("SELECT 1", [], fail)],
            [lambda: record_later("three"), lambda: update_later(IdempotencyRecord, 0, {"status": 200})],
            [keys, lambda: record_later("four"), fail],
        ):
            with pytest.raises((NotFound, DatabaseError)):
                in_transaction(*steps)
        record_later("five")
    assert keys() == ["five", "one"]


def test_rows_are_streamed_within_a_transaction_also_with_locks():
    with transaction.atomic():
        for number in range(5):
            record_later(str(number))
        rows = IdempotencyRecord.objects.select_for_update().order_by("key").iterator(chunk_size=2)
        assert [row.key for row in rows] == ["0", "1", "2", "3", "4"]


def test_several_keepalive_probes_fit_into_the_user_timeout_of_both_ends():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting::integer FROM pg_settings WHERE name LIKE 'tcp_%%'", [])
        settings = dict(cursor.fetchall())
    of_server = [
        settings[f"tcp_{name}"] for name in ("keepalives_idle", "keepalives_interval", "user_timeout")
    ]
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        of_client = [
            line.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_USER_TIMEOUT)
        ]
    assert of_server == of_client
    idle, interval, timeout_ms = of_server
    assert (idle + 2 * interval) * 1000 < timeout_ms
