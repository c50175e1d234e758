"""Tutti as a system under test: all features on, events injected by `bench.fanout.event_injector`."""

import contextlib
import sys
from typing import Any, ClassVar

from bench.fanout.event import event_text
from bench.fanout.event_injector import FEED_VARIABLE
from bench.fanout.log_rows import Log
from bench.fanout.prepared_databases import PreparedDatabases
from bench.fanout.system import System, listening
from bench.machine import Cores
from tests.processes import BACKEND, PROJECT, PlainDaphne, TuttiServer
from tests.services import Redis

PYTHON_PATH = f"{PROJECT}:{BACKEND}"


class InjectorServer(TuttiServer):
    """`start-daphne.sh`: the server's own Daphne, with its fast path."""

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "bench.fanout.injector_server"]


class InjectorPlainDaphne(PlainDaphne):
    """`daphne config.asgi:application`: the plain path."""

    def _command(self) -> list[str]:
        return [*super()._command()[:-1], "bench.fanout.injector_asgi:application"]


class Tutti(System):
    """One process in the embedded mode: SQLite, no Redis."""

    name, title = "tutti", "Tutti"
    path, greeting = "/ws/playlist/", '"connection.established"'
    kind: ClassVar[type[TuttiServer]] = InjectorServer
    processes: ClassVar[int] = 1

    def __init__(self, cores: Cores, data: PreparedDatabases) -> None:
        super().__init__(cores)
        self._data = data
        self._servers: list[TuttiServer] = []

    def _start(self, things: contextlib.ExitStack) -> None:
        lines = things.enter_context(listening())
        self.feed_port = lines.getsockname()[1]
        options = self._options(things)
        for number in range(self.processes):
            server = self._server(lines.fileno() if number == 0 else None, options)
            things.callback(server.delete_data)
            with self.cores.pin_to_server_core():
                server.start_without_waiting()
            server.wait_until_ready()
            self._servers.append(server)
        lines.close()
        self.ports = [server.port for server in self._servers]
        sqlite_file = self._servers[0].data_folder / "db.sqlite3"
        self._log = Log(database_url=options.get("database_url", ""), sqlite_file=str(sqlite_file))
        things.callback(self._log.close)
        self._template = event_text(epoch=self._log.stream.epoch)

    def _options(self, things: contextlib.ExitStack) -> dict[str, Any]:
        del things
        return {"data_folder": self._data.folder(self.folder)}

    def _server(self, lines: int | None, options: dict[str, Any]) -> TuttiServer:
        """Only the first receives the feed; the others receive its events through Redis."""
        feed = {} if lines is None else {FEED_VARIABLE: str(lines)}
        server = self.kind(environment={"PYTHONPATH": PYTHON_PATH, **feed}, **options)
        server.run_as = {"pass_fds": [] if lines is None else [lines]}  # type: ignore[misc]
        return server

    def pids(self) -> list[int]:
        return [server.pid for server in self._servers]

    def event(self) -> tuple[str, int]:
        return self._template, self._log.stream.seq + 1

    def note_published(self, count: int) -> None:
        self._log.write_up_to(count, self._template)


class TuttiPlain(Tutti):
    name, title = "tutti_plain", "Tutti, plain ASGI path"
    kind = InjectorPlainDaphne


class TuttiServerSize(Tutti):
    """One process in the server mode: it publishes to Redis, and receives its own events from Redis."""

    name, title = "tutti_redis", "Tutti, PostgreSQL and Redis"

    def _options(self, things: contextlib.ExitStack) -> dict[str, Any]:
        self._redis = things.enter_context(Redis())
        return {"database_url": self._data.database_url(), "redis_url": self._redis.new_url()}

    def redis_pids(self) -> list[int]:
        return [self._redis.pid]


class TuttiTwo(TuttiServerSize):
    """Each process has half of the sockets; both run on one core."""

    name, title = "tutti_two", "Tutti, two processes"
    processes = 2


class TuttiPlainTwo(TuttiTwo):
    name, title = "tutti_plain_two", "Tutti, two processes, plain ASGI path"
    kind = InjectorPlainDaphne
