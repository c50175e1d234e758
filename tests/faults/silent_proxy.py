"""A TCP proxy that can go silent: connections stay open, and nothing comes through them any more."""

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

READ_BYTES = 64 * 1024
HOST = "127.0.0.1"


class SilentProxy:
    """Listens on a port of its own, on the test's loop, and forwards to another."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._freezes_after: Callable[[bytes], bool] = lambda _: False
        # Connections whose bytes are read and thrown away, for ever.
        self._dead: set[asyncio.StreamWriter] = set()
        self._to_servers: set[asyncio.StreamWriter] = set()
        self._opened: list[asyncio.StreamWriter] = []
        self.has_frozen = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.start_server(self._connect, HOST, 0)
        self._listening = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def port(self) -> int:
        port: int = self._listening.sockets[0].getsockname()[1]
        return port

    def freeze(self) -> None:
        """Nothing is forwarded, in neither direction; new connections are accepted all the same."""
        self._loop.call_soon_threadsafe(self._freeze)

    def freeze_after(self, is_last: Callable[[bytes], bool]) -> None:
        """Freezes behind the first bytes of a client that are so, which still get through."""
        self.has_frozen.clear()
        self._freezes_after = is_last

    def thaw(self) -> None:
        """Goes on with all that was held."""
        self._freezes_after = lambda _: False
        self._loop.call_soon_threadsafe(self._is_open.set)

    def drop_open_connections(self) -> None:
        """What comes over those that exist is thrown away; new ones are forwarded."""
        self._dead = set(self._to_servers)

    def _freeze(self) -> None:
        self._is_open.clear()
        self.has_frozen.set()

    async def _end(self) -> None:
        self._listening.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in self._opened:
            writer.transport.abort()
        await asyncio.sleep(0)  # they close in the loop's next turn

    async def _connect(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._opened.append(to_client)
        await self._is_open.wait()
        server, to_server = await asyncio.open_connection(HOST, self._port)
        self._to_servers.add(to_server)
        self._opened.append(to_server)
        await asyncio.gather(
            self._forward(client, to_server, mark=to_server),
            self._forward(server, to_client, mark=to_server),
        )

    async def _forward(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, mark: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await source.read(READ_BYTES):
                await self._is_open.wait()
                if mark in self._dead:
                    continue
                target.write(data)
                if target is mark and self._freezes_after(data):
                    self._freeze()
            await self._is_open.wait()
        except ConnectionError:
            pass
        finally:
            if mark not in self._dead:
                target.close()
