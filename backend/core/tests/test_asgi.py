"""One thread does all of a request, whatever its client does meanwhile; the threads are used again.

What is sent, also of long responses and to clients that leave: tests/contract, tests/live, tests/malformed.
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
from core.request_context import after_response

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
    after_response(lambda: note("deferred"))
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
        note("sent")
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


IN_THREAD = ["started", "request", "request", "view", "response", "response", "finished"]
ALL_OF_A_REQUEST = [*IN_THREAD, "sent", "sent"]


def whats() -> list[str]:
    return [what for what, _ in seen]


async def test_one_thread_runs_a_whole_request_and_the_next(handler: ThreadedASGIHandler):
    for _ in range(2):
        exchange = Exchange("plain")
        await handler(exchange.scope, exchange.receive, exchange.send)
        start, body = exchange.sent
        assert (start["status"], body["body"]) == (200, b"haha")
    assert whats() == ALL_OF_A_REQUEST * 2
    assert len({thread for what, thread in seen if what in IN_THREAD}) == 1
    assert {thread for what, thread in seen if what == "sent"} == {threading.get_ident()}
    assert threading.get_ident() not in {thread for what, thread in seen if what in IN_THREAD}


async def test_a_request_of_a_disconnected_client_is_completed(handler: ThreadedASGIHandler):
    exchange = Exchange("slow")
    working = asyncio.create_task(handler(exchange.scope, exchange.receive, exchange.send))
    assert await asyncio.to_thread(begun.wait, 60)
    exchange.has_left.set()
    may_end.set()
    await working
    assert whats() == [*ALL_OF_A_REQUEST, "deferred"]


async def test_deferred_work_runs_after_the_response(handler: ThreadedASGIHandler):
    may_end.set()
    exchange = Exchange("slow")
    await handler(exchange.scope, exchange.receive, exchange.send)
    assert whats() == ALL_OF_A_REQUEST
    await asyncio.sleep(0)
    assert whats() == [*ALL_OF_A_REQUEST, "deferred"]


async def test_deferred_work_runs_after_a_cancelled_request(handler: ThreadedASGIHandler):
    exchange = Exchange("slow")
    working = asyncio.create_task(handler(exchange.scope, exchange.receive, exchange.send))
    assert await asyncio.to_thread(begun.wait, 60)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert "deferred" not in whats()
    may_end.set()
    await asyncio.to_thread(handler._threads.shutdown)
    assert "deferred" in whats()


async def test_a_stream_ends_when_its_client_leaves(handler: ThreadedASGIHandler):
    exchange = Exchange("endless")
    streaming = asyncio.create_task(handler(exchange.scope, exchange.receive, exchange.send))
    await exchange.is_sent.wait()
    exchange.has_left.set()
    await streaming
    assert seen[-1][0] == "finished"


async def test_a_failed_stream_is_an_incomplete_response(handler: ThreadedASGIHandler):
    exchange = Exchange("endless")

    async def reject(_: Mapping[str, Any]) -> None:
        raise OSError("The line is broken.")

    with pytest.raises(OSError, match="broken"):
        await handler(exchange.scope, exchange.receive, reject)
    assert seen[-1][0] == "finished"
