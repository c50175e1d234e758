"""Making an account: what it holds, what is refused, and that a name and an address are had once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection

from apps.users.account_services import register_account
from apps.users.models import User, folded
from apps.users.taste import Taste
from apps.users.tests.conftest import PASSWORD, code_of, register, send
from core.errors import Conflict

pytestmark = pytest.mark.django_db


def test_letters_beyond_ascii_have_no_case_either(client):
    register(client, username="Jürgen")
    assert code_of(register(client, username="JÜRGEN", email="j@example.org"))[0] == 409
    assert code_of(register(client, username="Ju\u0308rgen", email="j@example.org"))[0] == 409


@pytest.mark.parametrize("field", ["username", "email"])
def test_the_database_knows_it_as_well(field: str):
    User.objects.create(username="ada", email="ada@example.org")
    other = {
        "username": "grace",
        "email": "grace@example.org",
        field: {"username": "ADA", "email": "Ada@example.org"}[field],
    }
    with pytest.raises(IntegrityError):
        User.objects.create(**other)


def test_an_empty_address_may_be_had_by_many():
    for name in ("ada", "grace", "hedy"):
        User.objects.create_user(name)
    assert User.objects.filter(email_key=None).count() == 3


def test_a_saved_field_takes_its_key_along(ada):
    ada.email = "Ada@Example.org"
    ada.save(update_fields=["email"])
    ada.refresh_from_db()
    assert ada.email_key == folded("ada@example.org")
    ada.email = ""
    ada.save(update_fields={"email"})
    ada.refresh_from_db()
    assert ada.email_key is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", ["username", "email"])
def test_of_many_at_once_one_has_it(same: str):
    def ask(number: int) -> int:
        try:
            facts = {"username": f"ada{number}", "email": f"ada{number}@example.org"}
            facts[same] = {"username": "ada", "email": "ada@example.org"}[same]
            register_account(**facts, password=PASSWORD, taste=Taste())
            return 201
        except Conflict as refusal:
            return 409 if refusal.details.keys() == {same} else 500
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(8)))
    assert sorted(answers) == [201] + [409] * 7
    assert User.objects.count() == 1


def test_a_repeat_under_a_password_of_before_gives_no_tokens(client):
    key = {"Idempotency-Key": "a-b-c"}
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    send(client, "post", "users/", body, **key)
    ada = User.objects.get()
    ada.set_password("another pass phrase")
    ada.save()
    for _ in range(2):
        again = send(client, "post", "users/", body, **key)
        assert code_of(again) == (409, "CONFLICT")
        assert "access" not in again.json()


def test_nothing_of_the_password_is_kept_for_a_repeat(client):
    from hashlib import sha256

    from core.models import KeptAnswer

    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    answer = send(client, "post", "users/", body, **{"Idempotency-Key": "a-b-c"})
    kept = KeptAnswer.objects.get()
    assert (kept.body, kept.subject) == ("", f"user:{answer.json()['id']}")
    raw = b"\n".join([b"POST", b"/api/users/", answer.wsgi_request.body])
    assert kept.fingerprint != sha256(raw).hexdigest()
