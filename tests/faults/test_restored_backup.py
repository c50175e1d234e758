"""An older database under a server: every stream begins a new epoch by itself, clients take a snapshot."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import PreparedData
from tests.live.listeners import KINDS, all_open, replica_of
from tests.live.rooms import client_of, new_room, queued, vote
from tests.processes import TuttiServer
from tests.services import Postgres, wait_for

LOST = 3
SECONDS = 15.0
LOG_LINE = "every stream began a new epoch"


async def check_restore(
    server: TuttiServer, *, back_up: Callable[[], None], restore: Callable[[], None], crash: bool
) -> None:
    """The next start finds it, after a crash and after an orderly stop."""
    room = new_room(server)
    item_id = queued(server, room, number=3)
    back_up()
    start = await replica_of(server.base_url, room)
    async with all_open(kind(server.base_url, room, start.copy()) for kind in KINDS) as listeners:
        async with client_of(server) as http:
            for _ in range(LOST):
                await vote(http, room, item_id)
        for listener in listeners:
            await listener.reached(start.seq + LOST, SECONDS)
        if crash:
            await is_recorded(server, start.seq + LOST)
            server.kill()
        else:
            server.stop()
        restore()
        server.start()
        assert LOG_LINE in server.log

        async with client_of(server) as http:
            await vote(http, room, item_id)  # its number was that of another event before
        for listener in listeners:
            await listener.come_back(server.base_url)
            await listener.until(lambda replica=listener.replica: replica.epoch != start.epoch, SECONDS)
            assert listener.replica.snapshots == 1
            assert [message["payload"]["recovered"] for message in listener.of_type("resumed")] in (
                [False],
                [],
            )
        async with client_of(server) as http:
            await vote(http, room, item_id)
        now = await replica_of(server.base_url, room)
        for listener in listeners:
            await listener.until(lambda replica=listener.replica: replica.position == now.position, SECONDS)
            assert listener.replica.items == now.items
        assert now.epoch != start.epoch

        server.restart()
        assert server.log.count(LOG_LINE) == 1, "a start on the same data is no restore"
        assert (await replica_of(server.base_url, room)).epoch == now.epoch


async def is_recorded(server: TuttiServer, seq: int) -> None:
    """The watermarks are written once a second."""
    file = server.data_folder / "high_marks.json"

    def numbers() -> list[str]:
        return re.findall(r"\b\d+\b", file.read_text()) if file.exists() else []

    await asyncio.to_thread(wait_for, numbers, lambda found: str(seq) in found)


async def test_restored_sqlite_file(prepared_data: PreparedData, tmp_path: Path):
    with TuttiServer(**prepared_data.options("embedded")) as server:
        database, backup = server.data_folder / "db.sqlite3", tmp_path / "backup.sqlite3"

        def back_up() -> None:
            with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(backup)) as target:
                source.backup(target)

        def restore() -> None:
            for leftover in database.parent.glob("db.sqlite3*"):
                leftover.unlink()
            shutil.copy(backup, database)

        await check_restore(server, back_up=back_up, restore=restore, crash=True)


async def test_restored_postgresql_database(prepared_data: PreparedData, postgres: Postgres):
    with TuttiServer(**prepared_data.options("server")) as server:
        copies: list[str] = []

        def back_up() -> None:
            server.stop()  # PostgreSQL copies only an unused database
            name = urlsplit(server.database_url).path.removeprefix("/")
            copies.append(postgres.create_database(template=name))
            server.start()

        def restore() -> None:
            server.environment["DATABASE_URL"] = copies[0]

        await check_restore(server, back_up=back_up, restore=restore, crash=False)


async def test_same_backup_restored_again_after_an_orderly_stop(prepared_data: PreparedData, tmp_path: Path):
    with TuttiServer(**prepared_data.options("embedded")) as server:
        room = new_room(server)
        item_id = queued(server, room)
        server.stop()
        backup = shutil.copy(server.data_folder / "db.sqlite3", tmp_path)
        epochs = []
        for _ in range(3):
            server.stop()
            shutil.copy(backup, server.data_folder)
            server.start()
            async with client_of(server) as http:
                await vote(http, room, item_id)
            epochs.append((await replica_of(server.base_url, room)).epoch)

        assert len(set(epochs)) == len(epochs), epochs
        assert server.log.count(LOG_LINE) == len(epochs) - 1
