"""The one shape of every error, and of every answer."""

import re
from typing import Any

import httpx

from tests.contract.charts.graphql import OPERATIONS
from tests.contract.swagger import check_documented

OLDER_CHARTS = {"graph-data", "playlist-data", "service-playlist", "last-updated", "header-art"}
CHARTS_ALONE = {*OLDER_CHARTS, *OPERATIONS, "charts", "trending-isrcs", "gql"}
CODE = re.compile(r"[A-Z][A-Z0-9_]*")


def rejected(answer: httpx.Response, status: int, code: str, *fields: str) -> dict[str, Any]:
    """Proves that the response is this error, and with `fields` that it names exactly these; its details."""
    found = answer.json().get("error", {}).get("code") if answer.content else None
    assert (answer.status_code, found) == (status, code), answer.text
    details: dict[str, Any] = answer.json()["error"]["details"]
    if fields:
        assert details.keys() == set(fields), answer.text
        check_messages(details)
    return details


def check_messages(details: dict[str, Any]) -> None:
    for messages in details.values():
        assert isinstance(messages, list), details
        assert messages, details
        assert all(isinstance(message, str) and message for message in messages), details


def check_answer(answer: httpx.Response) -> None:
    """What holds of whatever the API answers; the tests' clients call it for each answer."""
    assert answer.headers.get("X-Request-ID"), f"{answer.request.url} has no X-Request-ID"
    path = answer.request.url.path
    if answer.status_code >= 400 and (path.startswith("/api/") or is_enveloped(path)):
        answer.read()
        check_error(answer)
    check_documented(answer)


def is_enveloped(path: str) -> bool:
    """Whether it is an address of charts, whose clients know an envelope around everything."""
    first, *rest = path.removeprefix("/api").split("/")[1:]
    if path.startswith("/api/rooms/") and "chart" in rest[1:]:
        return True
    return first in (CHARTS_ALONE if path.startswith("/api/") else OLDER_CHARTS) or path == "/api/health/"


def check_error(answer: httpx.Response) -> None:
    assert answer.headers["Content-Type"].startswith("application/json"), answer.headers
    if answer.request.method == "HEAD":
        return
    body = answer.json()
    error = body["error"]
    envelope = {"status": "error", "message": error["message"], "data": None}
    expected = {**(envelope if is_enveloped(answer.request.url.path) else {}), "error": error}
    assert body == expected, body
    assert error.keys() == {"code", "message", "details"}, body
    assert CODE.fullmatch(error["code"]), body
    assert isinstance(error["message"], str), body
    assert error["message"], body
    assert isinstance(error["details"], dict), body
    if error["code"] == "VALIDATION_ERROR":
        check_messages(error["details"])
    if answer.status_code in {429, 503}:
        assert int(answer.headers["Retry-After"]) >= 1
