"""Making rooms, which takes somebody who is known."""

from typing import Any

import httpx

from tests.processes import NO_TLS


def asked_for_room(http: httpx.Client, **fields: Any) -> httpx.Response:
    """As whoever the client is; one that is nobody has a guest make it, and stays nobody."""
    answer = http.post("/api/rooms/", json=fields)
    if answer.status_code != httpx.codes.UNAUTHORIZED:
        return answer
    address = http.base_url.join("/api/guests/")
    host = httpx.post(address, json={"name": "Host"}, timeout=http.timeout, verify=NO_TLS)
    assert host.status_code == httpx.codes.CREATED, host.text
    return http.post("/api/rooms/", json=fields, headers={"X-Guest-Token": host.json()["token"]})
