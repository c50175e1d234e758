"""What the tests about people share."""

import json
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.test import Client

from apps.users.models import Guest, User
from apps.users.session_store import SessionStore

ADDRESS = "192.0.2.1"


@pytest.fixture(autouse=True)
def limits_are_far(settings) -> None:
    """But where a test says otherwise."""
    settings.RATE_LIMIT_FACTOR = 1000


@pytest.fixture
def ada(db: None) -> User:
    """Ada has an account."""
    return User.objects.create_user("ada", password="sesame-street-9", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def bo(db: None) -> Guest:
    """Bo is a guest."""
    return Guest.objects.create(name="Bo")


@pytest.fixture
def ada_s_session(ada: User) -> str:
    """The key of a session in which Ada is logged in."""
    client = Client()
    client.force_login(ada)
    key = client.cookies[project_settings.SESSION_COOKIE_NAME].value
    assert SessionStore(key).exists(key)
    return key


PASSWORD = "a long enough pass phrase"
FACTS = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """JSON over Django's test client."""
    return client.generic(
        method.upper(),
        f"/api/{path}",
        json.dumps(body or {}),
        content_type="application/json",
        headers=headers,
    )


def register(client: Client, **changes: Any) -> Any:
    return send(client, "post", "users/", {**FACTS, **changes})


def bearer(access: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access}"}


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]
