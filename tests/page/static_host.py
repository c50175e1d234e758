"""A place on another origin that gives away a built page, as any host of files could."""

import mimetypes
import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

MEDIA_TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript"}
# At addresses of their own; everything else of the page is below /page/ (see frontend/README.md).
OWN_FILES = ["service-worker.js"]
PREFIX = "/page/"


class StaticHost:
    """Listens from the beginning, so that its origin is known before there is a page; `give` names it.

    It is on `localhost` while servers are on 127.0.0.1: to a browser another site, not only another port.
    """

    def __init__(self) -> None:
        self._page: Path | None = None
        self._policy = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self.origin = f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def give(self, page: Path, policy: str) -> None:
        """The page in this folder, under this Content-Security-Policy."""
        self._page, self._policy = page, policy

    def answer(self, path: str) -> tuple[bytes, dict[str, str]] | None:
        file = self._file(path)
        if file is None or not file.is_file():
            return None
        media_type = MEDIA_TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or ""
        headers = {"Content-Type": media_type, "Cache-Control": "no-cache"}
        return file.read_bytes(), {**headers, "Content-Security-Policy": self._policy}

    def _file(self, path: str) -> Path | None:
        if self._page is None:
            return None
        if path == "/" or path.startswith("/r/"):
            return self._page / "index.html"
        if path.removeprefix("/") in OWN_FILES:
            return self._page / path.removeprefix("/")
        return self._page / path.removeprefix(PREFIX) if path.startswith(PREFIX) else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, host: StaticHost, *arguments: object) -> None:
        self._host = host
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        found = self._host.answer(self.path.split("?")[0])
        body, headers = found or (b"", {})
        self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No log is needed."""
