"""The port: taken before anything else happens, with an answer for each way in which that fails."""

import contextlib
import errno
import http.client
import socket
from collections.abc import Iterator
from typing import Any

# What HTTP answers call their server, by which a second start knows the first one.
SERVER_NAME = "Tutti"
# Connections that wait to be accepted: a whole party reconnects at once after a restart.
BACKLOG = 1024
# What the system holds for one client and has not sent yet. By itself it would go up to 4 MB for each that
# does not read, beside what this process bounds; clients that read are not slowed down by it.
UNSENT_BYTES = 128 * 1024
ASK_SECONDS = 1


class CannotListenError(Exception):
    """Why the server cannot listen, and what to do about it."""


@contextlib.contextmanager
def bound_socket(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that holds the port. Whoever connects already waits until the server is ready."""
    family, address = _resolve(host, port)
    with socket.socket(family) as listener:
        # Without it the port of a server that has just stopped would be refused for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # every connection that is accepted has it, too
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        try:
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as error:
            raise CannotListenError(_explanation(error, host, port)) from error
        yield listener


def reachable_host(host: str) -> str:
    """How a program on this machine reaches a server that listens on `host`, ready for a URL."""
    if host in {"0.0.0.0", ""}:  # noqa: S104 - compared with, not listened on
        return "127.0.0.1"
    bare = "::1" if host.strip("[]") == "::" else host.strip("[]")
    return f"[{bare}]" if ":" in bare else bare


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotListenError(f"HOST={host} is not an address or name that is known here.") from error
    family, _, _, _, address = found[0]
    return family, address


def _explanation(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        who = "Tutti is already running" if _is_tutti(host, port) else "another program listens"
        return f"{who} on port {port}.\nChoose another port: PORT={port + 1} ./start-daphne.sh"
    if error.errno == errno.EACCES:
        return f"only root may listen on port {port}.\nChoose a port from 1024: PORT=4000 ./start-daphne.sh"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} is not an address of this machine."
    return f"port {port} of {host} cannot be listened on: {error.strerror}."


def _is_tutti(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reachable_host(host), port, timeout=ASK_SECONDS)
    try:
        connection.request("HEAD", "/api/health/live")
        return connection.getresponse().headers["Server"] == SERVER_NAME
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
