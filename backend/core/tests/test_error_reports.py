"""What reaches a Sentry-compatible service, by a real report to one on this machine."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from core.tests.programs import run_program

# An error as core.errors logs one, of a request with personal data everywhere.
FAILING_REQUEST = """
import django
django.setup()
from django.test import RequestFactory
from core.errors import as_api_error
from core.request_context import within_request

def view(request):
    name = request.META["QUERY_STRING"]
    raise LookupError(f"nobody called '{name}' at {request.META['REMOTE_ADDR']}")

headers = {"Authorization": "Bearer sesame", "Cookie": "a=sesame"}
request = RequestFactory().get("/api/playlist/?zoltan", headers=headers)
with within_request(request_id="r-1", op_id="op-1"):
    try:
        view(request)
    except LookupError as error:
        as_api_error(error)
"""


class Service(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.received: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Receiver)


class Receiver(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_packed = self.headers.get("Content-Encoding") == "gzip"
        self.server.received.append(gzip.decompress(body) if is_packed else body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Quietly."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_an_error_is_reported_with_its_place_and_without_anything_personal(
    service: Service, tmp_path: Path
) -> None:
    done = run_program(
        *("-c", FAILING_REQUEST),
        data=tmp_path,
        DJANGO_SETTINGS_MODULE="config.settings",
        SENTRY_DSN=f"http://key@127.0.0.1:{service.server_port}/1",
    )
    assert done.returncode == 0, done.stderr
    (envelope,) = [body for body in service.received if b'"exception"' in body]
    event = json.loads(envelope.splitlines()[2])
    (exception,) = event["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("LookupError", "nobody called … at …")
    assert exception["stacktrace"]["frames"][-1]["function"] == "view"
    assert event["tags"] == {"request_id": "r-1", "op_id": "op-1"}
    sent = b"".join(service.received)
    for personal in (b"zoltan", b"sesame", b"remote_addr", b"127.0.0.1", b"server_name"):
        assert personal not in sent.lower(), personal
