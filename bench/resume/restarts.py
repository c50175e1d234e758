"""One restart: all clients are disconnected, writes continue, the clients reconnect to the new process."""

from dataclasses import dataclass
from typing import Any

from bench.loadgen import LoadGenerator
from bench.machine import Cores, check_listener, processor_seconds, resident_kilobytes
from bench.resume.counting_postgres import CountingPostgres
from bench.room import Room
from tests.processes import TuttiServer

GREETING = '"connection.established"'
# The number of events written while the server is down, which each client misses.
MISSED_EVENTS = 50
MEGABYTE = 1024


@dataclass(frozen=True)
class Way:
    """How clients reconnect: with their last sequence number, or by fetching the whole queue again."""

    name: str
    title: str
    is_fetch: bool
    spread_seconds: float


@dataclass(frozen=True)
class Stage:
    """The server to restart, another on the same data that accepts writes during the restart, and a room."""

    server: TuttiServer
    writer: TuttiServer
    room: Room
    postgres: CountingPostgres
    cores: Cores


def restart(stage: Stage, way: Way, *, clients: int) -> dict[str, Any]:
    queue = f"/api/rooms/{stage.room.slug}/playlist/"
    with LoadGenerator() as load_generator:
        load_generator.target([stage.server.port], f"/ws/playlist/{stage.room.slug}/", greeting=GREETING)
        load_generator.open(clients)
        load_generator.since(seq_of(stage.server, queue))
        stage.server.stop()
        load_generator.await_end()
        write(stage.room, MISSED_EVENTS)
        with stage.cores.pin_to_server_core():
            stage.server.start_without_waiting()
        stage.server.wait_until_ready()
        check_listener(stage.server.port, [stage.server.pid])
        top = seq_of(stage.writer, queue)
        return come_back(stage, way, load_generator, top=top, fetch_path=queue if way.is_fetch else "")


def come_back(
    stage: Stage, way: Way, load_generator: LoadGenerator, *, top: int, fetch_path: str
) -> dict[str, Any]:
    pids = [stage.server.pid]
    stage.postgres.reset_statement_count(stage.server.database_url)
    before, memory_before = processor_seconds(pids), resident_kilobytes(pids)
    found = load_generator.come_back(top=top, spread_seconds=way.spread_seconds, fetch_path=fetch_path)
    return {
        "way": way.name,
        **found,
        "queries": stage.postgres.counted(stage.server.database_url),
        "server_seconds": round(processor_seconds(pids) - before, 4),
        "megabytes_before": round(memory_before / MEGABYTE, 1),
        "peak_megabytes": round(resident_kilobytes(pids, field="VmHWM") / MEGABYTE, 1),
    }


def seq_of(server: TuttiServer, queue: str) -> int:
    with server.client() as http:
        return int(http.get(queue).headers["X-Stream-Seq"])


def write(room: Room, events: int) -> None:
    votes = room.endless_votes()
    for _ in range(events):
        next(votes)
