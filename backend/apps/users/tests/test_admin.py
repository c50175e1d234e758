"""Accounts in the admin."""

from typing import Any

import pytest

from apps.users.models import Profile, User
from core.tests.admin_pages import Admin

pytestmark = pytest.mark.django_db
# A browser leaves out lists of which nothing is chosen.
UNCHOSEN = {"groups": None, "user_permissions": None}


@pytest.fixture
def hedy() -> Admin:
    return Admin("hedy")


@pytest.fixture
def grace(db: None) -> User:
    return User.objects.create_user("grace", "grace@example.org")


def test_an_account_is_changed(hedy, grace):
    response = hedy.open(grace).send(**UNCHOSEN, email="Grace@hopper.example")
    assert response.status_code == 302, response.context["adminform"].errors
    grace.refresh_from_db()
    assert (grace.email, grace.email_key) == ("Grace@hopper.example", "grace@hopper.example")


@pytest.mark.parametrize("changes", [{"email": "ADA@example.org"}, {"username": "ADA"}])
def test_a_taken_name_or_address_is_an_error_message(hedy, grace, changes: dict[str, Any]):
    User.objects.create_user("ada", "ada@example.org")
    response = hedy.open(grace).send(**changes)
    assert response.status_code == 200
    (field,) = changes
    assert f"Another account has this {field}." in response.content.decode()
    grace.refresh_from_db()
    assert grace.username == "grace"


def test_a_new_account_is_made(hedy):
    page = hedy.open_new(User)
    password = "a long enough pass phrase"
    made = page.send(username="ada", password1=password, password2=password, usable_password="true")
    assert made.status_code == 302, made.content
    assert User.objects.get(username="ada").username_key == "ada"
    again = hedy.open_new(User).send(
        username="ADA", password1=password, password2=password, usable_password="true"
    )
    assert again.status_code == 200
    assert User.objects.count() == 2


def test_the_second_of_two_concurrent_writes_gets_an_error_message(hedy, grace, monkeypatch):
    User.objects.create_user("ada", "ada@example.org")
    page = hedy.open(grace)
    monkeypatch.setattr(User, "clean", lambda self: None)  # the other was not there yet
    assert "Another user has just written" in page.send_and_follow(**UNCHOSEN, email="ada@example.org")


@pytest.mark.django_db(transaction=True)  # erased once the page has been committed
def test_an_account_is_deleted_alone_or_with_others(hedy, grace):
    ada, bo = (User.objects.create_user(name) for name in ("ada", "bo"))
    hedy.delete(grace)
    hedy.delete_selected(ada, bo)
    assert list(User.objects.values_list("username", flat=True)) == ["hedy"]


@pytest.mark.django_db(transaction=True)  # erased once the page has been committed
def test_a_profile_is_read_only_and_deleted_with_its_account(hedy, grace):
    profile = Profile.objects.create(user=grace, moods=["calm"])
    assert "calm" in hedy.client.get("/admin/users/profile/").content.decode()
    assert hedy.client.post(f"/admin/users/profile/{profile.pk}/delete/", {"post": "yes"}).status_code == 403
    hedy.delete(grace)
    assert not Profile.objects.exists()
