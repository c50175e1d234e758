"""Servers with less patience or less room, so that a test sees within seconds what else would take minutes.

Everything else is the server as `start-daphne.sh` runs it.
"""

import sys
from typing import ClassVar

from tests.processes import TuttiServer

ARRIVE_WITHIN_SECONDS = 0.5
IDLE_SECONDS = 1.0
TAKE_WITHIN_SECONDS = 1.0
# What the system holds for a client that does not read; by itself it would go up to megabytes.
SEND_BUFFER_BYTES = 16 * 1024

RUN = """
import importlib, socket, sys
from server import __main__ as server
serve = server._serve

def serve_otherwise(listener):
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, {buffer})
    for place, value in {clocks}.items():  # only now, for these need the settings in place
        module, _, name = place.rpartition(".")
        setattr(importlib.import_module(module), name, value)
    serve(listener)

server._serve = serve_otherwise
sys.exit(server.main())
"""


class PatientServer(TuttiServer):
    """Its clocks are the usual ones."""

    clocks: ClassVar[dict[str, float]] = {}

    def _command(self) -> list[str]:
        code = RUN.format(buffer=SEND_BUFFER_BYTES, clocks=self.clocks)
        return [sys.executable, "-c", code, *self._arguments]


class UnhurriedServer(PatientServer):
    """It never closes a client that reads nothing, however slow the machine is."""

    clocks: ClassVar[dict[str, float]] = {"server.http_limits.TAKE_WITHIN_SECONDS": 600.0}


class ShortFarewells(PatientServer):
    """Patient, but for the end of an event stream."""

    clocks: ClassVar[dict[str, float]] = {"server.http_limits.STREAM_END_WITHIN_SECONDS": 0.5}


class ShortTimeoutServer(PatientServer):
    clocks: ClassVar[dict[str, float]] = {
        "server.http_limits.ARRIVE_WITHIN_SECONDS": ARRIVE_WITHIN_SECONDS,
        "server.http_limits.IDLE_SECONDS": IDLE_SECONDS,
        "server.http_limits.TAKE_WITHIN_SECONDS": TAKE_WITHIN_SECONDS,
        "server.daphne.PING_EVERY_SECONDS": 1,
        "server.daphne.PONG_WITHIN_SECONDS": 2,
    }
