"""One thread does all of a request, whatever its client does meanwhile; the threads are used again.

What is sent, also of long answers and to clients that leave: tests/contract, tests/live, tests/malformed.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path

from core.asgi import ThreadedASGIHandler

seen: list[tuple[str, int]] = []
begun, may_end = threading.Event(), threading.Event()


def note(what: str) -> None:
    seen.append((what, threading.get_ident()))


def noting(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        note("request")
        response = get_response(request)
        note("response")
        return response

    return middleware


def plain(request: HttpRequest) -> HttpResponse:
    note("view")
    return HttpResponse(request.body * 2)


def slow(request: HttpRequest) -> HttpResponse:
    begun.set()
    assert may_end.wait(60)
    return plain(request)


def endless(request: HttpRequest) -> StreamingHttpResponse:
    async def pieces() -> Any:
        while True:
            yield b"and on, "
            await asyncio.sleep(0)

    return StreamingHttpResponse(pieces())


urlpatterns = [path("plain", plain), path("slow", slow), path("endless", endless)]


class Exchange:
    """A request with a body, its client's leaving, and what it was sent."""

    def __init__(self, name: str) -> None:
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": f"/{name}",
            "headers": [],
            "query_string": b"",
        }
        self.has_left = asyncio.Event()
        self.sent: list[Mapping[str, Any]] = []
        self.is_sent = asyncio.Event()
        self._messages = iter([{"type": "http.request", "body": b"ha", "more_body": False}])

    async def receive(self) -> dict[str, Any]:
        if message := next(self._messages, None):
            return message
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        self.sent.append(message)
        if len(self.sent) > 2:
            self.is_sent.set()


@pytest.fixture
def handler(settings: Any) -> Iterator[ThreadedASGIHandler]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [f"{__name__}.noting"] * 2
    seen.clear()
    begun.clear()
    may_end.clear()
    signals = {request_started: "started", request_finished: "finished"}
    receivers = {signal: lambda name=name, **_: note(name) for signal, name in signals.items()}
    for signal, receiver in receivers.items():
        signal.connect(receiver)
    yield ThreadedASGIHandler(threads=1)
    for signal, receiver in receivers.items():
        signal.disconnect(receiver)


ALL_OF_A_REQUEST = ["started", "request", "request", "view", "response", "response", "finished"]


async def test_one_thread_does_all_of_it_and_the_next_request(handler: ThreadedASGIHandler):
    for _ in range(2):
        exchange = Exchange("plain")
        await handler(exchange.scope, exchange.receive, exchange.send)
        start, body = exchange.sent
        assert (start["status"], body["body"]) == (200, b"haha")
    assert [what for what, _ in seen] == ALL_OF_A_REQUEST * 2
    assert len({thread for _, thread in seen}) == 1
    assert threading.get_ident() not in {thread for _, thread in seen}


async def test_a_request_whose_client_leaves_is_worked_on_to_its_end(handler: ThreadedASGIHandler):
    exchange = Exchange("slow")
    working = asyncio.create_task(handler(exchange.scope, exchange.receive, exchange.send))
    assert await asyncio.to_thread(begun.wait, 60)
    exchange.has_left.set()
    may_end.set()
    await working
    assert [what for what, _ in seen] == ALL_OF_A_REQUEST


async def test_a_stream_ends_when_its_client_leaves(handler: ThreadedASGIHandler):
    exchange = Exchange("endless")
    streaming = asyncio.create_task(handler(exchange.scope, exchange.receive, exchange.send))
    await exchange.is_sent.wait()
    exchange.has_left.set()
    await streaming
    assert seen[-1][0] == "finished"


async def test_a_stream_that_fails_is_no_whole_answer(handler: ThreadedASGIHandler):
    exchange = Exchange("endless")

    async def refuse(_: Mapping[str, Any]) -> None:
        raise OSError("The line is broken.")

    with pytest.raises(OSError, match="broken"):
        await handler(exchange.scope, exchange.receive, refuse)
    assert seen[-1][0] == "finished"
