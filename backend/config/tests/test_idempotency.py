"""Answers to named writes: how long they are kept, and what is done when there are many of them."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.users.models import Guest
from apps.users.recognition import guest_token
from core import idempotency
from core.idempotency import FORGOTTEN_PER_WRITE, KEPT_FOR, REPLAYED
from core.models import KeptAnswer

pytestmark = pytest.mark.django_db

KEY = "ada-7f3c"


def ask(name: str = "Kitchen", *, path: str = "/api/rooms/", key: str = KEY):
    headers = {"Idempotency-Key": key}
    if path == "/api/rooms/":  # which strangers don't make
        headers["X-Guest-Token"] = guest_token(Guest.objects.get_or_create(name="Host")[0])
    return Client().post(path, {"name": name}, content_type="application/json", headers=headers)


def age(by: timedelta) -> None:
    for kept in KeptAnswer.objects.all():
        kept.created_at -= by
        kept.save()


def test_for_24_hours_the_first_answer_is_given_again_then_the_key_is_new():
    first = ask()
    age(KEPT_FOR - timedelta(minutes=1))
    again = ask()
    assert (again.status_code, again[REPLAYED], again.json()) == (201, "true", first.json())

    age(timedelta(minutes=2))
    second = ask("Cellar")
    assert (second.status_code, REPLAYED in second) == (201, False)
    assert second.json()["slug"] != first.json()["slug"]
    assert ask("Cellar")[REPLAYED] == "true"


def test_each_write_and_the_clock_forget_what_is_over_and_nothing_that_is_not():
    """Writes that forget at once do not wait for each other; on SQLite there is one writer at a time."""
    long_ago = timezone.now() - 2 * KEPT_FOR
    for number in range(FORGOTTEN_PER_WRITE + 5):
        KeptAnswer.objects.create(caller="bo", key=str(number), created_at=long_ago)
    with CaptureQueriesContext(connection) as queries:
        ask(key="first")
    found = [query["sql"] for query in queries if "SKIP LOCKED" in query["sql"]]
    assert len(found) == (connection.vendor == "postgresql")
    assert KeptAnswer.objects.count() == 5 + 1
    ask(key="second")
    assert set(KeptAnswer.objects.values_list("key", flat=True)) == {"first", "second"}

    KeptAnswer.objects.filter(key="first").update(created_at=timezone.now() - KEPT_FOR)
    call_command("forget_answers")
    assert [kept.key for kept in KeptAnswer.objects.all()] == ["second"]


def test_nobody_looks_for_old_answers_with_every_write():
    with CaptureQueriesContext(connection) as queries:
        for number in range(5):
            ask(path="/api/guests/", key=str(number))
    looks = [query["sql"] for query in queries if "ORDER BY" in query["sql"] and "keptanswer" in query["sql"]]
    assert len(looks) == 1


def test_an_answer_with_a_token_is_not_stored():
    token = ask("Bo", path="/api/guests/").json()["token"]
    (kept,) = KeptAnswer.objects.all()
    assert (kept.body, kept.headers, kept.subject) == ("", {}, Guest.objects.get().pk)
    assert token not in repr(kept.__dict__)


def test_where_the_guest_has_gone_meanwhile_one_new_one_is_made():
    first = ask("Bo", path="/api/guests/").json()
    Guest.objects.get().delete()
    second, third = ask("Bo", path="/api/guests/"), ask("Bo", path="/api/guests/")
    assert (second.status_code, REPLAYED in second) == (201, False)
    assert first["guest_id"] != second.json()["guest_id"] == third.json()["guest_id"]
    assert third[REPLAYED] == "true"
    assert Guest.objects.count() == 1


def test_where_the_answers_of_an_account_go_at_this_very_moment_it_is_a_first_one_again(monkeypatch):
    first = ask("Bo", path="/api/guests/").json()
    find = idempotency._found

    def find_too_late(**told: str) -> KeptAnswer | None:
        KeptAnswer.objects.all().delete()
        monkeypatch.setattr(idempotency, "_found", find)
        return find(**told)

    monkeypatch.setattr(idempotency, "_found", find_too_late)
    second = ask("Bo", path="/api/guests/")

    assert (second.status_code, REPLAYED in second) == (201, False)
    assert second.json()["guest_id"] != first["guest_id"]
    assert ask("Bo", path="/api/guests/")[REPLAYED] == "true"


def test_what_fails_within_leaves_nothing_behind(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr("apps.playlist.room_views.shown_by_slug", fail)
        assert ask().status_code == 500
    assert not KeptAnswer.objects.exists()
    assert Client().get("/api/rooms/kitchen/").status_code == 404
    assert ask().json()["slug"] == "kitchen"
