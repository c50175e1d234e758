"""People with accounts, as programs and pages have them."""

import itertools
import secrets
from typing import Any

import httpx

PASSWORD = "a long enough pass phrase"
_numbers = itertools.count(1)

Account = dict[str, Any]


def new_name(beginning: str = "ada") -> str:
    """An unused name."""
    return f"{beginning}-{secrets.token_hex(3)}-{next(_numbers)}"


def facts(name: str = "", **changes: Any) -> dict[str, Any]:
    name = name or new_name()
    return {"username": name, "email": f"{name}@tutti.example", "password": PASSWORD, **changes}


def registered(http: httpx.Client, name: str = "", **changes: Any) -> Account:
    """A new account, which this client does not log in to."""
    response = http.post("/api/users/", json=facts(name, **changes))
    assert response.status_code == 201, response.text
    account: Account = response.json()
    return account


def begin_session(http: httpx.Client, account: Account, password: str = PASSWORD) -> httpx.Response:
    return http.post("/api/auth/session/", json={"username": account["username"], "password": password})


def get_tokens(http: httpx.Client, account: Account, password: str = PASSWORD) -> httpx.Response:
    return http.post("/api/auth/token/", json={"username": account["username"], "password": password})


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access']}"}
