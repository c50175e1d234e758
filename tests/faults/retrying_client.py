"""A server whose clients ask until they are answered, under the same key, as the contract means it."""

import threading
from collections.abc import Callable
from typing import Any

import httpx

from tests.invariants.named_writes import Call, Write, call_of
from tests.processes import TuttiServer

# The pause before a retry if the server is unavailable, and the number of retries.
AWAY_SECONDS = 0.05
PATIENCE = 1200


class RetryingClient(httpx.HTTPTransport):
    """Repeats a write with its key, unchanged, until there is a response."""

    def __init__(self, server: "ServerWithRetries") -> None:
        super().__init__()
        self._server = server

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return super().handle_request(request)
        for attempt in range(PATIENCE):
            try:
                answer = super().handle_request(request)
                answer.read()
            except httpx.TransportError:
                threading.Event().wait(AWAY_SECONDS)
                continue
            self._server.note(request, answer, key, was_lost=attempt > 0)
            return answer
        raise AssertionError(f"no response to {request.method} {request.url}")


class ServerWithRetries(TuttiServer):
    """It knows the last response to each write with a key, and which responses came late."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Each with what sends it once more.
        self.answered: list[tuple[Call, Callable[[], Call]]] = []
        self.answered_late: list[Call] = []

    def client(self, **options: Any) -> httpx.Client:
        return super().client(transport=RetryingClient(self), **options)

    def note(self, request: httpx.Request, answer: httpx.Response, key: str, *, was_lost: bool) -> None:
        """From any thread."""
        write = Write(request.method, request.method, str(request.url), request.content)
        reported = {"caller": request.headers["X-Guest-Token"], "key": key, "write": write}
        call = call_of(answer, **reported)

        def repeat() -> Call:
            with httpx.Client() as http:
                return call_of(http.send(request), **reported)

        self.answered.append((call, repeat))
        if was_lost:
            self.answered_late.append(call)
