"""The servers under test: Tutti as `start-daphne.sh` runs it, and a bare view under plain Daphne."""

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.machine import Cores, check_listener
from bench.write.time_breakdown import PARTS_VARIABLE
from tests.processes import BACKEND, PROJECT, TuttiServer
from tests.services import Postgres, Redis, free_port, parent_death_options

START_SECONDS = 600
PYTHON_PATH = f"{PROJECT}:{BACKEND}"
ROW = {"item": 1, "voter": "guest:abcdefghijklmnop", "value": 1}


@dataclass(frozen=True)
class MeasuredServer:
    """Processes that serve requests together, on one core."""

    ports: list[int]
    pids: list[int]


class ProfiledServer(TuttiServer):
    """The server, with a breakdown of its requests' time."""

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "bench.write.profiled_server"]


@dataclass(frozen=True)
class Services:
    """The services that servers of one mode share; the embedded mode needs none."""

    postgres: Postgres | None = None
    redis: Redis | None = None

    def of_tutti(self) -> dict[str, Any]:
        if self.postgres is None or self.redis is None:
            return {}
        return {"database_url": self.postgres.create_database(), "redis_url": self.redis.new_url()}

    def of_bare(self, folder: Path) -> str:
        return self.postgres.create_database() if self.postgres else f"sqlite:///{folder}/db.sqlite3"


@contextlib.contextmanager
def tutti_servers(
    cores: Cores, services: Services, *, processes: int = 1, parts: Path | None = None
) -> Iterator[list[TuttiServer]]:
    """`parts` is the file for the breakdown of time, written when the server stops."""
    options = services.of_tutti()
    environment = {
        "MAX_QUEUE_ITEMS": "100000",
        "MAX_CONNECTIONS_PER_ADDRESS": "100000",
        "PYTHONPATH": PYTHON_PATH,
        "SECRET_KEY": secrets.token_urlsafe(
            48
        ),  # otherwise each process would have its own and reject the others' guests
    }
    with contextlib.ExitStack() as things:
        servers: list[TuttiServer] = []
        for _ in range(processes):
            server = (
                ProfiledServer(environment=environment | {PARTS_VARIABLE: str(parts)}, **options)
                if parts
                else TuttiServer(environment=environment, **options)
            )
            server.start_seconds = START_SECONDS
            things.callback(server.delete_data)
            with cores.pin_to_server_core():
                server.start_without_waiting()
            server.wait_until_ready()
            check_listener(server.port, [server.pid])
            servers.append(server)
        yield servers


@contextlib.contextmanager
def bare_servers(cores: Cores, services: Services, *, processes: int = 1) -> Iterator[MeasuredServer]:
    with contextlib.ExitStack() as things:
        folder = Path(things.enter_context(tempfile.TemporaryDirectory(prefix="tutti-bare-")))
        database, ports, pids = services.of_bare(folder), [], []
        for _ in range(processes):
            port = free_port()
            pids.append(things.enter_context(_bare_server(cores, database, port)))
            _wait_for(f"http://127.0.0.1:{port}/rows/")
            check_listener(port, [pids[-1]])
            ports.append(port)
        yield MeasuredServer(ports, pids)


@contextlib.contextmanager
def _bare_server(cores: Cores, database: str, port: int) -> Iterator[int]:
    environment = {**os.environ, "PYTHONPATH": PYTHON_PATH, "BARE_DATABASE": database}
    command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
    with cores.pin_to_server_core():
        process = subprocess.Popen(
            [*command, "bench.write.bare_asgi:application"],
            cwd=BACKEND,
            env=environment,
            stderr=subprocess.DEVNULL,
            **parent_death_options(),
        )
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.post(url, json=ROW).raise_for_status()
            return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
