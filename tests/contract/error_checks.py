"""The one shape of every error, and of every answer."""

import re
from typing import Any

import httpx

from tests.contract.charts.graphql import OPERATIONS
from tests.contract.swagger import check_documented

OLDER_CHARTS = {"graph-data", "playlist-data", "service-playlist", "last-updated", "header-art"}
CHARTS_ALONE = {*OLDER_CHARTS, *OPERATIONS, "charts", "trending-isrcs", "gql"}
CODE = re.compile(r"[A-Z][A-Z0-9_]*")


def rejected(response: httpx.Response, status: int, code: str, *fields: str) -> dict[str, Any]:
    """Proves that the response is this error, and with `fields` that it names exactly these; its details."""
    found = response.json().get("error", {}).get("code") if response.content else None
    assert (response.status_code, found) == (status, code), response.text
    details: dict[str, Any] = response.json()["error"]["details"]
    if fields:
        assert details.keys() == set(fields), response.text
        check_messages(details)
    return details


def check_messages(details: dict[str, Any]) -> None:
    for messages in details.values():
        assert isinstance(messages, list), details
        assert messages, details
        assert all(isinstance(message, str) and message for message in messages), details


def check_answer(response: httpx.Response) -> None:
    """What holds of whatever the API answers; the tests' clients call it for each response."""
    assert response.headers.get("X-Request-ID"), f"{response.request.url} has no X-Request-ID"
    path = response.request.url.path
    if response.status_code >= 400 and (path.startswith("/api/") or is_enveloped(path)):
        response.read()
        check_error(response)
    check_documented(response)


def is_enveloped(path: str) -> bool:
    """Whether it is an address of charts, whose clients know an envelope around everything."""
    first, *rest = path.removeprefix("/api").split("/")[1:]
    if path.startswith("/api/rooms/") and "chart" in rest[1:]:
        return True
    return first in (CHARTS_ALONE if path.startswith("/api/") else OLDER_CHARTS) or path == "/api/health/"


def check_error(response: httpx.Response) -> None:
    assert response.headers["Content-Type"].startswith("application/json"), response.headers
    if response.request.method == "HEAD":
        return
    body = response.json()
    error = body["error"]
    envelope = {"status": "error", "message": error["message"], "data": None}
    expected = {**(envelope if is_enveloped(response.request.url.path) else {}), "error": error}
    assert body == expected, body
    assert error.keys() == {"code", "message", "details"}, body
    assert CODE.fullmatch(error["code"]), body
    assert isinstance(error["message"], str), body
    assert error["message"], body
    assert isinstance(error["details"], dict), body
    if error["code"] == "VALIDATION_ERROR":
        check_messages(error["details"])
    if response.status_code in {429, 503}:
        assert int(response.headers["Retry-After"]) >= 1
