"""One reader of one stream, over any transport: its messages, in order, each event once."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from django.conf import settings

from apps.realtime.fanout import NO_INDEX
from apps.realtime.feed import Feed
from apps.realtime.hub import Hub
from apps.realtime.messages import (
    Batch,
    EncodedMessage,
    Established,
    Position,
    Resumed,
    established_text,
    message_text,
)
from apps.realtime.models import kind_named
from apps.realtime.selectors import MissedEvents, State, missed_since, state_of
from apps.realtime.send_buffer import DirectSendBuffer, QueuedSendBuffer, SendBuffer, Sink
from core.metrics import EVENTS_RESUMED, SLOW_CLIENTS, SNAPSHOTS

# A reader that missed more than this takes a snapshot, which is shorter.
MAX_RESUMED_EVENTS = 500
# Events that are buffered while a client catches up. One that needs more is closed.
MAX_BUFFERED_EVENTS = 5000


class CloseCode:
    """Why the server closed a connection. After codes below 4400, clients should reconnect and resume."""

    UNAVAILABLE = 1011
    TOO_SLOW = 4008
    RESTART = 4012
    ORIGIN_NOT_ALLOWED = 4403
    NO_SUCH_STREAM = 4404
    MESSAGE_TOO_LARGE = 4408
    TOO_MANY = 4429


# Their descriptions in the events schema.
CLOSE_MEANINGS = {
    CloseCode.UNAVAILABLE: "A part of the server is unavailable, so the client could not join. Reconnect.",
    CloseCode.TOO_SLOW: "The client reads too slowly. Reconnect and resume.",
    CloseCode.RESTART: (
        "The server is restarting, or can't read the log. Reconnect after a random delay and resume."
    ),
    CloseCode.ORIGIN_NOT_ALLOWED: "The Origin or Host is not allowed. Do not reconnect.",
    CloseCode.NO_SUCH_STREAM: "The room does not exist or was deleted. Do not reconnect.",
    CloseCode.MESSAGE_TOO_LARGE: "A message exceeded the size limit. Do not send it again.",
    CloseCode.TOO_MANY: "Too many connections, joins or messages. Reconnect after a minute or more.",
}


class Connection:
    """Joins a feed, sends what was missed, then what is live; answers `resume` and `snapshot`.

    While the log or the state is read, live events are buffered, so that the order stays strict.
    """

    __slots__ = (
        *("_close", "_covered_from", "_feed", "_buffered", "_hub", "_send_buffer", "_sent"),
        *("can_resume", "fast_path_index"),
    )

    def __init__(
        self,
        hub: Hub,
        *,
        send: Callable[[EncodedMessage], Awaitable[None]],
        close: Callable[[int], None],
        sink: Sink | None = None,
    ) -> None:
        """With a sink, what is sent goes there as finished bytes; else each message goes to `send`."""
        self._hub = hub
        self._close = close
        self._send_buffer: SendBuffer[Any] = (
            DirectSendBuffer(sink, self._close_slow) if sink else QueuedSendBuffer(send, self._close_slow)
        )
        self._feed: Feed | None = None
        self._buffered: list[EncodedMessage] | None = []
        # Everything after this has been sent, is buffered, or will be delivered.
        self._covered_from = 0
        # Outdated while the connection is on the fast path: then the feed's fanout has the number.
        self._sent = 0
        self.fast_path_index = NO_INDEX
        # Whether this client has shown that it knows how to come back.
        self.can_resume = False

    @property
    def seq(self) -> int:
        """The newest event that was sent, or the top at which this reader joined."""
        self.leave_fast_path()
        return self._sent

    @property
    def stream_id(self) -> int:
        """Of the stream that it was opened to."""
        return self._joined_feed.stream_id

    @property
    def head(self) -> tuple[str, int]:
        """The epoch, and the newest event that this process has delivered in the stream."""
        return self._joined_feed.epoch, self._joined_feed.top

    # --- Opening and leaving ------------------------------------------------------------------------

    async def open(self, *, kind: str, name: str, position: Position | None) -> bool:
        """Joins, sends `established`, and resumes from a position. False if there is no such stream."""
        feed = await self._hub.join(kind=kind, name=name, listener=self)
        if feed is None:
            return False
        self._feed = feed
        self._hub.connections.add(self)
        self._covered_from = self._sent = feed.top
        self._put_established(feed, name, position)
        if position is None:
            self._flush()
        else:
            self.can_resume = True
            await self._resume_from(position, is_opening=True)
        return True

    async def resume(self, position: Position) -> None:
        """Sends the events between the position and what this connection has been sent."""
        self.can_resume = True
        self._start_buffering()
        await self._resume_from(position, is_opening=False)

    async def snapshot(self) -> None:
        """Sends the whole state, after every event that it contains."""
        self._start_buffering()
        try:
            await self._send_state(is_opening=False)
        finally:
            self._flush()

    def put(self, text: str) -> None:
        """Sends a response to the client, after everything so far."""
        self.leave_fast_path()
        self._send_buffer.put([EncodedMessage(self._sent, text, is_event=False)])

    def leave(self) -> None:
        """The connection is closed, or about to be."""
        self.leave_fast_path()
        self._hub.connections.discard(self)
        self._send_buffer.close()
        if self._feed is not None:
            self._hub.leave(self._feed, self)

    async def flushed(self) -> None:
        await self._send_buffer.flushed()

    # --- Called by the hub ---------------------------------------------------------------------------

    def deliver(self, batch: Batch) -> None:
        if self._buffered is not None:
            self._buffered.extend(batch.messages)
            if len(self._buffered) > MAX_BUFFERED_EVENTS:
                self._close_slow()
        elif batch.seq >= self._sent:  # else it is a heartbeat that events have overtaken
            self._sent = batch.seq
            self._send_buffer.put_live(batch)
            if send := self._send_buffer.direct_send(self.leave_fast_path):
                self._joined_feed.listeners.add_to_fast_path(self, send)

    def leave_fast_path(self) -> None:
        """Before anything else than the next batch is sent: the feed calls this object again."""
        if self.fast_path_index != NO_INDEX:
            self._sent = self._joined_feed.listeners.remove_from_fast_path(self)

    def send_rest(self, batch: Batch, sent: int) -> None:
        self.leave_fast_path()
        self._send_buffer.put_rest(batch, sent)

    def restart(self, state: State) -> None:
        if self._buffered is not None:
            self._buffered.clear()
        # The new numbers may be lower than those that were sent: earlier state does not count any more.
        self._covered_from = self._sent = state.top.seq
        self._put([state.message])

    def stream_ended(self) -> None:
        self._close(CloseCode.NO_SUCH_STREAM)

    def abort(self) -> None:
        self.leave()
        self._close(CloseCode.TOO_SLOW)

    def close_for_restart(self) -> None:
        self._close(CloseCode.RESTART)

    # --- Internal -----------------------------------------------------------------------------------

    def _close_slow(self) -> None:
        SLOW_CLIENTS.inc()
        self.abort()

    @property
    def _joined_feed(self) -> Feed:
        if self._feed is None:
            raise RuntimeError("The connection has not been opened.")
        return self._feed

    def _start_buffering(self) -> None:
        self.leave_fast_path()
        if self._buffered is None:
            self._buffered = []

    def _flush(self) -> None:
        buffered, self._buffered = self._buffered or [], None
        self._put([message for message in buffered if message.seq > self._sent or not message.is_event])

    def _flush_up_to(self, seq: int) -> None:
        """Sends the buffered events up to `seq`; later ones stay in the buffer."""
        buffered = self._buffered or []
        self._buffered = [message for message in buffered if message.seq > seq]
        self._put([message for message in buffered if self._sent < message.seq <= seq])

    def _put(self, messages: Sequence[EncodedMessage]) -> None:
        """Hands messages over for sending. A heartbeat that events have overtaken is dropped."""
        messages = [message for message in messages if message.is_event or message.seq >= self._sent]
        if messages:
            self._sent = max(self._sent, messages[-1].seq)
            self._send_buffer.put(messages)

    def _put_established(self, feed: Feed, name: str, position: Position | None) -> None:
        """Who is cut off right behind this has still missed what it came to resume."""
        kind = kind_named(feed.kind)
        established = Established(
            epoch=feed.epoch, seq=feed.top, heartbeat_seconds=float(settings.HEARTBEAT_SECONDS)
        )
        text = established_text(greeting=kind.greeting, label=kind.label, name=name, established=established)
        resume_from = position or Position(feed.epoch, feed.top)
        self._put([EncodedMessage(feed.top, text, is_event=False, resume_from=resume_from)])

    async def _resume_from(self, position: Position, *, is_opening: bool) -> None:
        try:
            is_recovered = await self._replay(position)
            if is_recovered or await self._send_state(is_opening=is_opening):
                self._put_resumed(is_recovered=is_recovered)
        finally:
            self._flush()

    async def _replay(self, position: Position) -> bool:
        """Sends the events after the position that this connection has not got; False if that can't be."""
        feed, until = self._joined_feed, self._covered_from
        missed = feed.replays.get(position, until=until) or await self._read_missed(position, until=until)
        if missed is None or missed.messages is None or missed.top.epoch != feed.epoch:
            return False
        self._send_buffer.put(missed.messages)
        EVENTS_RESUMED.inc(len(missed.messages))
        self._covered_from = min(until, position.since)
        if position.since > self._sent:  # it has read on by other means, and is ahead of the hub
            await feed.wait_for_seq(position.since)
            if feed.epoch != position.epoch:
                return False  # it was given the state of the new epoch meanwhile
            self._sent = position.since
        return True

    async def _read_missed(self, position: Position, *, until: int) -> MissedEvents | None:
        feed = self._joined_feed
        missed = await self._hub.reads.get(
            (feed.stream_id, position, until),
            lambda: missed_since(feed.stream_id, position, limit=MAX_RESUMED_EVENTS, until=until),
        )
        if missed is not None:
            feed.replays.store(position, until=until, missed=missed)
        return missed

    async def _send_state(self, *, is_opening: bool) -> bool:
        """Sends the whole state; False when the stream has ended.

        An open connection gets the buffered events that the state contains first, so that it misses none. One
        that is being opened gets them with the state alone: it can't apply events without the state.
        """
        feed = self._joined_feed
        state = await self._hub.reads.get(feed.stream_id, lambda: state_of(feed.stream_id))
        if state is None:
            return False
        if state.top.epoch != feed.epoch:
            await feed.wait_for_restart(state.top)  # which gives every listener the state, this one too
            return not feed.has_ended
        await feed.wait_for_seq(state.top.seq)
        if state.top.epoch != feed.epoch:
            return not feed.has_ended  # it was given a newer state meanwhile
        if not is_opening:
            self._flush_up_to(state.top.seq)
        self._put([state.message])
        SNAPSHOTS.inc()
        return True

    def _put_resumed(self, *, is_recovered: bool) -> None:
        feed = self._joined_feed
        resumed = Resumed(epoch=feed.epoch, seq=self._sent, recovered=is_recovered)
        self._put([EncodedMessage(self._sent, message_text(resumed), is_event=False)])
