"""One process's fan-out: one subscription in, many listeners out, every event in order and once."""

import asyncio
import logging
from typing import Protocol
from weakref import WeakKeyDictionary

from apps.realtime.admission import Admission
from apps.realtime.audience import Listener
from apps.realtime.feed import Feed
from apps.realtime.high_marks import record_hints
from apps.realtime.publishing import Hint, Publisher, attach, detach
from apps.realtime.reading import DatabaseWatch, in_reader, in_watcher
from apps.realtime.selectors import stream_id_of, tops_of
from apps.realtime.subscriptions import Subscriptions

logger = logging.getLogger(__name__)

# After a failed look at the database the watch waits so long before it looks again.
WATCH_RETRY_SECONDS = 1.0


class Closable(Protocol):
    """A connection that the hub ends when the server stops."""

    def close_for_restart(self) -> None: ...


class Hub:
    """Knows the feeds that somebody listens to, feeds them hints, and watches the log where hints fail.

    Lives on one event loop. No listener, stream or waiting poll holds a thread or a database connection.
    """

    def __init__(self) -> None:
        self._feeds: dict[int, Feed] = {}
        self._ids: dict[tuple[str, str], int] = {}
        self._subscriptions = Subscriptions(self.receive)
        self._publisher = Publisher(self.receive, record_hints)
        self._watch: asyncio.Task[None] | None = None
        self.admission = Admission()
        self.connections: set[Closable] = set()
        # Connections that are being told that they end.
        self.farewells: set[asyncio.Task[None]] = set()
        attach(self._publisher)

    async def join(self, *, kind: str, name: str, listener: Listener) -> Feed | None:
        """Adds the listener to the stream's feed; None when there is no such stream.

        From here on the listener is given every event after the feed's `top`; while it joins, it may be given
        some up to it.
        """
        stream_id = self._ids.get((kind, name))
        if stream_id is None:
            stream_id = await in_reader(lambda: stream_id_of(kind=kind, name=name))
            if stream_id is None:
                return None
        feed = self._feeds.get(stream_id)
        if feed is None:
            feed = self._feeds[stream_id] = Feed(stream_id=stream_id, kind=kind, on_end=self._forget)
            self._ids[kind, name] = stream_id
        feed.listeners.add(listener)
        try:
            await self._subscriptions.add(stream_id)
            await feed.start()
        except BaseException:
            self.leave(feed, listener)
            raise
        self._watch_while_needed()
        if feed.has_ended:
            self.leave(feed, listener)
            return None
        return feed

    def leave(self, feed: Feed, listener: Listener) -> None:
        feed.listeners.discard(listener)
        if not feed.listeners:
            self._forget(feed)

    def receive(self, hint: Hint) -> None:
        """Something is new in a stream. Called on the loop; without listeners it is nothing."""
        if feed := self._feeds.get(hint.stream_id):
            feed.receive(hint)

    def close_connections(self) -> None:
        """Ends what is open, because the server stops."""
        for connection in list(self.connections):
            connection.close_for_restart()

    async def stop(self) -> None:
        """Ends the hub's own tasks. Nothing is told any more."""
        detach(self._publisher)
        self._publisher.record_now()
        if self._watch is not None:
            self._watch.cancel()
        self.admission.stop()
        await self._subscriptions.stop()
        for feed in list(self._feeds.values()):
            feed.stop()

    def _forget(self, feed: Feed) -> None:
        feed.stop()
        if self._feeds.get(feed.stream_id) is feed:
            del self._feeds[feed.stream_id]
            self._ids = {name: kept for name, kept in self._ids.items() if kept != feed.stream_id}
            self._subscriptions.discard(feed.stream_id)

    def _watch_while_needed(self) -> None:
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watch_log())

    async def _watch_log(self) -> None:
        """Looks at the log's tops whenever the database says that it changed, while there are listeners."""
        watch = DatabaseWatch()
        while self._feeds:
            try:
                if await in_watcher(watch.has_changed):
                    await self._compare_tops()
                await asyncio.sleep(watch.interval_seconds)
            except Exception as error:  # the watch must outlive whatever the database does
                logger.warning("The log can't be watched: %r", error)
                watch = DatabaseWatch()
                await asyncio.sleep(WATCH_RETRY_SECONDS)

    async def _compare_tops(self) -> None:
        watched = [feed for feed in self._feeds.values() if feed.has_started]
        tops = await in_reader(tops_of, [feed.stream_id for feed in watched])
        for feed in watched:
            feed.compare(tops.get(feed.stream_id))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def current_hub() -> Hub:
    """The hub of the running event loop, made when it is first asked for."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        hub = _hubs[loop] = Hub()
    return hub


async def stop_current_hub() -> None:
    """Ends this loop's hub, if it has one."""
    if hub := _hubs.pop(asyncio.get_running_loop(), None):
        await hub.stop()
