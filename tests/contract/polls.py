"""A poll that waits: it is asked, something else happens meanwhile, then its response is taken."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any, Self

from tests.processes import TuttiServer

# Above the 25 seconds for which the server may hold a response.
DEADLINE_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any
    seconds: float


class Poll:
    """Is under way as soon as it is made."""

    def __init__(self, server: TuttiServer, path: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_SECONDS)
        self._began = time.monotonic()
        self._connection.request("GET", path)
        self._let_it_arrive(server)

    def _let_it_arrive(self, server: TuttiServer) -> None:
        """Whatever is answered later has been heard later."""
        with server.client() as client:
            assert client.get("/api/health/ready").status_code == 200

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def answer(self) -> Answer:
        response = self._connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        body = json.loads(response.read())
        return Answer(response.status, headers, body, time.monotonic() - self._began)
