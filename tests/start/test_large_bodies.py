"""No request can fill the server's memory."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes import TuttiServer

MEGABYTE = 1_000_000
SENT_BYTES = 100 * MEGABYTE
# What a hundred ordinary requests may add to it.
SPARE_KILOBYTES = 30_000


def largest_memory_kilobytes(server: TuttiServer) -> int:
    """The most that the process has ever had (Linux's VmHWM)."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def body() -> Iterator[bytes]:
    for _ in range(SENT_BYTES // MEGABYTE):
        yield b" " * MEGABYTE


# A body is rejected before the database is used.
@pytest.mark.parametrize("size", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    "headers", [{"Content-Length": str(SENT_BYTES)}, {}], ids=["with a length", "in chunks"]
)
@pytest.mark.parametrize("path", ["/api/rooms/", "/admin/login/", "/api/nothing/"])
def test_a_large_body_is_rejected_and_not_stored(server: TuttiServer, headers: dict[str, str], path: str):
    kind = {"Content-Type": "application/json"}
    with server.client() as client:
        client.post("/api/rooms/", content=b"{", headers=kind)
        before = largest_memory_kilobytes(server)

        response = client.post(path, content=body(), headers=kind | headers)

        assert 400 <= response.status_code < 500
        assert largest_memory_kilobytes(server) - before < SPARE_KILOBYTES
        assert httpx.get(f"{server.base_url}/api/health/live").status_code == 200
