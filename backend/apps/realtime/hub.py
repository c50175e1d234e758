"""One process's fan-out: one subscription in, many listeners out, every event in order and once."""

import asyncio
import logging
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from apps.realtime.admission import Admission
from apps.realtime.database_reads import CoalescedReads, LogPoller
from apps.realtime.extensions import EXTENSIONS, HubExtension, Socket
from apps.realtime.fanout import Listener
from apps.realtime.feed import Feed
from apps.realtime.presence_sync import PresenceBroadcaster, PresenceWriter, VisitWriter
from apps.realtime.publishing import Hint, Publisher, attach, detach
from apps.realtime.selectors import StreamHead, stream_id_of, tops_of
from apps.realtime.subscriptions import Subscriptions
from apps.realtime.watermarks import record_watermarks

logger = logging.getLogger(__name__)

# After a failed look at the database the watch waits so long before it looks again.
WATCH_RETRY_SECONDS = 1.0


# Feeds that the log is ahead of, with their tops there; None for one that has ended.
News = list[tuple[Feed, StreamHead | None]]


class Closable(Protocol):
    """A connection that the hub ends when the server stops."""

    def close_for_restart(self) -> None: ...


class Hub:
    """Holds the feeds that have listeners, passes hints to them, and polls the log where hints fail.

    Lives on one event loop. No listener, stream or waiting poll holds a thread or a database connection.
    """

    def __init__(self) -> None:
        self._feeds: dict[int, Feed] = {}
        self._ids: dict[tuple[str, str], int] = {}
        self._subscriptions = Subscriptions(self.receive)
        self._publisher = Publisher(self.receive, record_watermarks)
        self._watch: asyncio.Task[None] | None = None
        # That one, and those that are just ending.
        self._watches: set[asyncio.Task[None]] = set()
        self.reads = CoalescedReads()
        self.admission = Admission()
        self.people = PresenceBroadcaster()
        self.presence = PresenceWriter(on_written=self.people.refresh_soon)
        self.visits = VisitWriter(lambda: self._feeds)
        self.connections: set[Closable] = set()
        # Connections that are being closed.
        self.closing_tasks: set[asyncio.Task[None]] = set()
        self._extensions: list[HubExtension] = [extension() for extension in EXTENSIONS]
        self._has_started = False
        attach(self._publisher)

    def start(self) -> None:
        """The process serves requests: starts the extensions, once."""
        if not self._has_started:
            self._has_started = True
            for extension in self._extensions:
                extension.start()

    def enter(self, kind: str, socket: Socket) -> None:
        for extension in self._extensions:
            if extension.kind == kind:
                extension.enter(socket)

    def exit(self, kind: str, socket: Socket) -> None:
        for extension in self._extensions:
            if extension.kind == kind:
                extension.leave(socket)

    def extension_of(self, kind: str, message: Any) -> HubExtension:
        """The extension that knows this message of a client."""
        return next(
            one for one in self._extensions if one.kind == kind and type(message) in one.client_messages
        )

    async def join(self, *, kind: str, name: str, listener: Listener) -> Feed | None:
        """Adds the listener to the stream's feed; None when there is no such stream.

        From here on the listener is given every event after the feed's `top`; while it joins, it may be given
        some up to it.
        """
        stream_id = self._ids.get((kind, name))
        if stream_id is None:
            stream_id = await self.reads.get((kind, name), lambda: stream_id_of(kind=kind, name=name))
            if stream_id is None:
                return None
        feed = self._feeds.get(stream_id)
        if feed is None:
            feed = self._feeds[stream_id] = Feed(stream_id=stream_id, kind=kind, on_end=self._drop)
            self._ids[kind, name] = stream_id
        feed.listeners.add(listener)
        self.visits.note(stream_id)
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
            self._drop(feed)

    def receive(self, hint: Hint) -> None:
        """Something is new in a stream. Called on the loop; without listeners it is nothing."""
        feed = self._feeds.get(hint.stream_id)
        if feed is None:
            return
        if hint.is_event:
            feed.receive(hint)
            return
        for extension in self._extensions:
            if extension.kind == feed.kind:
                extension.notice(hint.stream_id)

    def close_connections(self) -> None:
        """Ends what is open, because the server stops."""
        for connection in list(self.connections):
            connection.close_for_restart()

    async def stop(self) -> None:
        """Ends the hub's own tasks. Nothing is delivered any more."""
        detach(self._publisher)
        self._publisher.record_now()
        await self._publisher.stop()
        self._stop_watching()
        if self._watches:
            await asyncio.wait(self._watches)
        self.admission.stop()
        self.presence.stop()
        self.people.stop()
        self.visits.stop()
        for extension in self._extensions:
            extension.stop()
        await self._subscriptions.stop()
        for feed in list(self._feeds.values()):
            feed.stop()

    def _drop(self, feed: Feed) -> None:
        feed.stop()
        if self._feeds.get(feed.stream_id) is feed:
            del self._feeds[feed.stream_id]
            self._ids = {name: kept for name, kept in self._ids.items() if kept != feed.stream_id}
            self._subscriptions.discard(feed.stream_id)
        if not self._feeds:
            self._stop_watching()

    def _watch_while_needed(self) -> None:
        if self._feeds and self._watch is None:
            self._watch = asyncio.create_task(self._watch_log())
            self._watches.add(self._watch)
            self._watch.add_done_callback(self._watches.discard)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _watch_log(self) -> None:
        """Has the feeds compared with the log whenever the database has changed, until it is cancelled."""
        watch: LogPoller[News] = LogPoller(lambda: self._read_news(watch))
        try:
            while True:
                try:
                    for feed, top in await watch.news() or []:
                        feed.compare(top)
                except Exception as error:  # the watch must outlive whatever the database does
                    logger.warning("Could not poll the event log: %r", error)
                    watch.look_again()
                    await asyncio.sleep(WATCH_RETRY_SECONDS)
        finally:
            await watch.close()

    def _read_news(self, watch: LogPoller[News]) -> News | None:
        """Feeds that the log is ahead of, and its tops. What they hear meanwhile on the loop does no harm."""
        feeds = list(self._feeds.values())
        watched = [feed for feed in feeds if feed.has_started]
        if len(watched) < len(feeds):
            watch.look_again()  # those that are starting may have read their tops before this change
        tops = tops_of([feed.stream_id for feed in watched])
        compared = [(feed, tops.get(feed.stream_id)) for feed in watched]
        return [(feed, top) for feed, top in compared if feed.is_news(top)] or None


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
