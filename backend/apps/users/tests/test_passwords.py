"""Another password, and a forgotten one."""

import time
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.jobs.tests.concurrent_users import run_concurrently
from apps.users import services
from apps.users.models import User
from apps.users.services import mail_thread, reset_password, reset_token
from apps.users.tests.conftest import PASSWORD, send
from core import middleware
from core.errors import InvalidInput
from core.rate_limits import LOGINS, MAILS, MAILS_OF_REQUESTER

NEW = "quite another pass phrase"
pytestmark = pytest.mark.django_db


@pytest.fixture
def grace(db: None) -> User:
    return User.objects.create_user("grace", "Grace@example.org", PASSWORD)


def mails() -> list[Any]:
    """Those that were sent by now."""
    mail_thread.submit(lambda: None).result()
    return list(mail.outbox)


def ask(name: str = "grace", *, place: str = "127.0.0.1") -> Any:
    return send(Client(REMOTE_ADDR=place), "post", "auth/password/reset/", {"email": f"{name}@example.org"})


def test_an_unknown_address_gets_the_same_response_and_no_mail(grace, django_capture_on_commit_callbacks):
    User.objects.create_user("hedy", "hedy@example.org", PASSWORD, is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        responses = [ask(name) for name in ("grace", "nobody", "hedy")]
    assert {(response.status_code, response.content) for response in responses} == {(202, b"{}")}
    assert [message.to for message in mails()] == [["Grace@example.org"]]


def test_known_and_unknown_addresses_take_the_same_time_and_the_response_precedes_the_mail(
    grace, monkeypatch, django_capture_on_commit_callbacks, django_assert_num_queries
):
    calls = []
    monkeypatch.setattr(services, "mail_thread", SimpleNamespace(submit=lambda *a, **k: calls.append((a, k))))
    before = time.monotonic()
    for name in ("grace", "nobody"):
        with django_capture_on_commit_callbacks(execute=True), django_assert_num_queries(1):
            ask(name)
    assert [message is None for (_, message), _ in calls] == [False, True]
    assert all(k["not_before"] >= before + services.ANSWER_FIRST_SECONDS for _, k in calls)


@pytest.mark.parametrize(
    ("places", "sent"),
    [
        (
            ["192.0.2.1"] * (MAILS_OF_REQUESTER.max_calls + 3) + ["192.0.2.2"],
            MAILS_OF_REQUESTER.max_calls + 1,
        ),
        ([f"192.0.2.{number}" for number in range(MAILS.max_calls + 3)], MAILS.max_calls),
    ],
    ids=["of one place", "of many"],
)
def test_requests_are_limited_per_caller_and_mails_per_address(
    grace, settings, monkeypatch, django_capture_on_commit_callbacks, places: list[str], sent: int
):
    settings.RATE_LIMIT_FACTOR = 1
    # As over some minutes: within one minute, this limit would apply before the limits of mails.
    monkeypatch.setattr(middleware, "LOGINS", replace(LOGINS, max_calls=len(places)))
    with django_capture_on_commit_callbacks(execute=True):
        responses = [ask(place=place) for place in places]
    assert len(mails()) == sent
    assert {response.status_code for response in responses} == {202}


def test_a_mail_that_cannot_be_sent_is_logged_and_not_reported_to_the_caller(
    grace, settings, caplog, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "nowhere.Backend"
    with django_capture_on_commit_callbacks(execute=True):
        response = ask()
    mails()
    assert response.status_code == 202
    assert "A mail could not be sent" in caplog.text


def test_a_reset_token_is_valid_for_an_hour(grace):
    token, now = reset_token(grace), timezone.now()
    with time_machine.travel(now + timedelta(minutes=61), tick=False), pytest.raises(InvalidInput):
        reset_password(token=token, new=NEW)
    with time_machine.travel(now + timedelta(minutes=59), tick=False):
        reset_password(token=token, new=NEW)


def test_a_reset_token_of_another_account_is_invalid(grace):
    hedy = User.objects.create_user("hedy", "hedy@example.org", PASSWORD)
    forged = reset_token(hedy).split(".")[0] + "." + reset_token(grace).split(".")[1]
    with pytest.raises(InvalidInput):
        reset_password(token=forged, new=NEW)


@pytest.mark.django_db(transaction=True)
def test_of_concurrent_uses_of_a_reset_token_one_succeeds():
    token = reset_token(User.objects.create_user("grace", "grace@example.org", PASSWORD))

    def show(number: int) -> bool:
        try:
            reset_password(token=token, new=f"{NEW} {number}")
            return True
        except InvalidInput:
            return False

    assert sorted(run_concurrently(6, show)) == [False] * 5 + [True]
