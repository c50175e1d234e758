"""Idempotency records: retention, purging, and concurrent requests."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.users.authentication import guest_token
from apps.users.models import Guest
from core import idempotency
from core.idempotency import PURGED_PER_WRITE, REPLAYED, RETENTION
from core.models import IdempotencyRecord

pytestmark = pytest.mark.django_db

KEY = "ada-7f3c"


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has not looked for old responses yet."""
    monkeypatch.setattr(idempotency, "_next_look", idempotency._NextLook())


def ask(name: str = "Kitchen", *, path: str = "/api/rooms/", key: str = KEY):
    headers = {"Idempotency-Key": key}
    if path == "/api/rooms/":  # which anonymous clients can't create
        headers["X-Guest-Token"] = guest_token(Guest.objects.get_or_create(name="Host")[0])
    return Client().post(path, {"name": name}, content_type="application/json", headers=headers)


def age(by: timedelta) -> None:
    for kept in IdempotencyRecord.objects.all():
        kept.created_at -= by
        kept.save()


def test_for_24_hours_the_first_response_is_replayed_then_the_key_is_new():
    first = ask()
    age(RETENTION - timedelta(minutes=1))
    again = ask()
    assert (again.status_code, again[REPLAYED], again.json()) == (201, "true", first.json())

    age(timedelta(minutes=2))
    second = ask("Cellar")
    assert (second.status_code, REPLAYED in second) == (201, False)
    assert second.json()["slug"] != first.json()["slug"]
    assert ask("Cellar")[REPLAYED] == "true"


def test_writes_and_the_schedule_purge_only_expired_records():
    """Concurrent purges do not wait for each other; SQLite has one writer at a time."""
    long_ago = timezone.now() - 2 * RETENTION
    for number in range(PURGED_PER_WRITE + 5):
        IdempotencyRecord.objects.create(caller="bo", key=str(number), created_at=long_ago)
    with CaptureQueriesContext(connection) as queries:
        ask(key="first")
    found = [query["sql"] for query in queries if "SKIP LOCKED" in query["sql"]]
    assert len(found) == (connection.vendor == "postgresql")
    assert IdempotencyRecord.objects.count() == 5 + 1
    ask(key="second")
    assert set(IdempotencyRecord.objects.values_list("key", flat=True)) == {"first", "second"}

    IdempotencyRecord.objects.filter(key="first").update(created_at=timezone.now() - RETENTION)
    call_command("run_job", "core.purge_idempotency_records")
    assert [kept.key for kept in IdempotencyRecord.objects.all()] == ["second"]


def test_not_every_write_looks_for_expired_records():
    with CaptureQueriesContext(connection) as queries:
        for number in range(5):
            ask(path="/api/guests/", key=str(number))
    looks = [
        query["sql"]
        for query in queries
        if "ORDER BY" in query["sql"] and "idempotencyrecord" in query["sql"]
    ]
    assert len(looks) == 1


def test_a_response_with_a_token_is_not_stored():
    token = ask("Bo", path="/api/guests/").json()["token"]
    (kept,) = IdempotencyRecord.objects.all()
    assert (kept.body, kept.headers, kept.subject) == ("", {}, Guest.objects.get().pk)
    assert token not in repr(kept.__dict__)


def test_for_a_deleted_guest_one_new_guest_is_created():
    first = ask("Bo", path="/api/guests/").json()
    Guest.objects.get().delete()
    second, third = ask("Bo", path="/api/guests/"), ask("Bo", path="/api/guests/")
    assert (second.status_code, REPLAYED in second) == (201, False)
    assert first["guest_id"] != second.json()["guest_id"] == third.json()["guest_id"]
    assert third[REPLAYED] == "true"
    assert Guest.objects.count() == 1


def test_a_record_deleted_during_the_request_makes_it_a_first_request(monkeypatch):
    first = ask("Bo", path="/api/guests/").json()
    find = idempotency._found

    def find_too_late(**arguments: str) -> IdempotencyRecord | None:
        IdempotencyRecord.objects.all().delete()
        monkeypatch.setattr(idempotency, "_found", find)
        return find(**arguments)

    monkeypatch.setattr(idempotency, "_found", find_too_late)
    second = ask("Bo", path="/api/guests/")

    assert (second.status_code, REPLAYED in second) == (201, False)
    assert second.json()["guest_id"] != first["guest_id"]
    assert ask("Bo", path="/api/guests/")[REPLAYED] == "true"


def test_a_failed_write_leaves_no_record(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr("apps.rooms.views.shown_by_slug", fail)
        assert ask().status_code == 500
    assert not IdempotencyRecord.objects.exists()
    assert Client().get("/api/rooms/kitchen/").status_code == 404
    assert ask().json()["slug"] == "kitchen"
