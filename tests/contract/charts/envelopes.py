"""The envelope of the charts' answers."""

from typing import Any

import httpx


def get_data(http: httpx.Client, address: str, **query: Any) -> Any:
    """The data of a good response."""
    response = http.get(address, params=query)
    assert response.status_code == 200, response.text
    return data_of(response)


def data_of(response: httpx.Response) -> Any:
    body = response.json()
    assert body.keys() == {"status", "message", "data", "is_sample"}, body
    assert body["status"] == "success"
    assert isinstance(body["is_sample"], bool)
    assert body["message"]
    return body["data"]


def rejected(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Proves that it is this error, in the envelope; its details."""
    body = response.json()
    assert response.status_code == status, response.text
    assert body.keys() == {"status", "message", "data", "error"}, body
    assert (body["status"], body["data"]) == ("error", None)
    assert body["error"].keys() == {"code", "message", "details"}
    assert body["error"]["code"] == code
    assert body["message"] == body["error"]["message"]
    details: dict[str, Any] = body["error"]["details"]
    return details
