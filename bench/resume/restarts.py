"""One restart: the clients are cut off, others go on writing, and everybody comes back to the new process."""

from dataclasses import dataclass
from typing import Any

from bench.machine import Cores, check_listener, processor_seconds, resident_kilobytes
from bench.resume.counted_postgres import CountedPostgres
from bench.room import Room
from bench.ruler import Ruler
from tests.processes import TuttiServer

GREETING = '"connection.established"'
# Written while the server is away: what each client has missed.
MISSED_EVENTS = 50
MEGABYTE = 1024


@dataclass(frozen=True)
class Way:
    """How clients come back: by the event that they had last, or by fetching the whole queue anew."""

    name: str
    title: str
    is_fetch: bool
    spread_seconds: float


@dataclass(frozen=True)
class Stage:
    """The server that is restarted, another on the same data that takes writes meanwhile, and a room."""

    server: TuttiServer
    writer: TuttiServer
    room: Room
    postgres: CountedPostgres
    cores: Cores


def restart(stage: Stage, way: Way, *, clients: int) -> dict[str, Any]:
    queue = f"/api/rooms/{stage.room.slug}/playlist/"
    with Ruler() as ruler:
        ruler.target([stage.server.port], f"/ws/playlist/{stage.room.slug}/", greeting=GREETING)
        ruler.open(clients)
        ruler.since(seq_of(stage.server, queue))
        stage.server.stop()
        ruler.await_end()
        write(stage.room, MISSED_EVENTS)
        with stage.cores.of_server():
            stage.server.start_without_waiting()
        stage.server.wait_until_ready()
        check_listener(stage.server.port, [stage.server.pid])
        top = seq_of(stage.writer, queue)
        return come_back(stage, way, ruler, top=top, fetch_path=queue if way.is_fetch else "")


def come_back(stage: Stage, way: Way, ruler: Ruler, *, top: int, fetch_path: str) -> dict[str, Any]:
    pids = [stage.server.pid]
    stage.postgres.begin_count(stage.server.database_url)
    before, memory_before = processor_seconds(pids), resident_kilobytes(pids)
    found = ruler.come_back(top=top, spread_seconds=way.spread_seconds, fetch_path=fetch_path)
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
