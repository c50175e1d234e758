"""One stream within a hub: delivered events, missing events, listeners."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from operator import methodcaller
from typing import Any

from django.conf import settings

from apps.realtime.database_reads import run_in_reader
from apps.realtime.extensions import beat_of
from apps.realtime.fanout import Fanout
from apps.realtime.messages import Batch, EncodedMessage, Heartbeat, Position, heartbeat_type, typed_text
from apps.realtime.publishing import Hint
from apps.realtime.selectors import ReplayCache, State, StreamHead, next_events, state_of, tops_of
from core.metrics import EVENTS_BACKFILLED, EVENTS_DELIVERED, HEARTBEATS, SNAPSHOTS, observe_delivery

logger = logging.getLogger(__name__)

# A gap is filled in portions of this many events.
FILL_BATCH = 500
# While the log can't be read: seconds until the first retry, doubled with each retry up to the last.
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 2.0
# Events from hints that wait for missing ones; more than these are read from the log.
MAX_EARLY = 1000
# The size of one batch; more follows in the next iteration of the event loop, so that clients can read.
MAX_BATCH_CHARACTERS = 64 * 1024
# After a batch that took this long to deliver, the feed pauses briefly, so that more events can arrive.
LONG_BATCH_SECONDS = 0.002
PAUSE_SECONDS = 0.001


class Feed:
    """Delivers a stream's events to its listeners: strictly in order, without a gap, each once.

    Events that arrive in one iteration of the event loop are delivered together in the next. `_run_step`
    chooses one step at a time: deliver the events that follow the top, read missing events, or restart.
    """

    def __init__(self, *, stream_id: int, kind: str, on_end: Callable[["Feed"], None]) -> None:
        self.stream_id = stream_id
        self.kind = kind
        self.epoch = ""
        # The seq of the newest event that was delivered to all listeners.
        self.top = 0
        self.listeners = Fanout()
        self.replays = ReplayCache()
        self.has_ended = False
        self._on_end = on_end
        self._expected_seq = 0
        self._early: dict[int, EncodedMessage] = {}
        self._committed_at: dict[int, float] = {}
        self._starting: asyncio.Task[None] | None = None
        self._hint_before_start: Hint | None = None
        self._reading: asyncio.Task[None] | None = None
        # Whether a step is running or scheduled.
        self._is_busy = False
        # Resolved after the next step, or when no step is left.
        self._next_step: asyncio.Future[None] | None = None
        self._must_restart = False
        self._new_state: State | None = None
        # Whether the log no longer has the events after the top: then listeners need the whole state.
        self._is_behind_log = False
        self._heartbeat = HeartbeatTimer(self._send_heartbeat)
        self._is_stopped = False

    @property
    def has_started(self) -> bool:
        return self.epoch != ""

    async def start(self) -> None:
        """Reads the head of the stream. Several listeners may wait for it; it is done once."""
        if self.has_started or self.has_ended:
            return
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._read_top())
        await asyncio.shield(self._starting)

    def stop(self) -> None:
        """Delivers nothing more. The hub drops a feed without listeners."""
        self._is_stopped = True
        for task in (self._reading, self._starting):
            if task is not None and task is not current_task():
                task.cancel()
        self._heartbeat.stop()
        self.listeners.stop()
        self._wake_step_waiters()

    def receive(self, hint: Hint) -> None:
        """Handles a hint that the stream has a new top."""
        if not self.has_started:
            self._hint_before_start = hint  # the top that is being read may be older
        elif hint.epoch != self.epoch:
            self._request_restart()
        elif hint.seq > self.top:
            self._store_hint(hint)
            self.expect(hint.seq)

    def is_news(self, top: StreamHead | None) -> bool:
        """Whether the head of the stream differs in the log, or the stream has ended. Thread-safe."""
        return top is None or top.epoch != self.epoch or top.seq > self.top

    def compare(self, top: StreamHead | None) -> None:
        """Compares with the head of the stream in the log; None means that the stream has ended."""
        if top is None:
            self._end()
        elif top.epoch != self.epoch:
            self._request_restart()
        elif top.seq > self.top:
            self.expect(top.seq)

    def expect(self, seq: int) -> None:
        """Events up to `seq` exist: reads those that no hint brings."""
        self._expected_seq = max(self._expected_seq, seq)
        if self._expected_seq > self.top:
            self._schedule_step()

    async def wait_for_seq(self, seq: int) -> None:
        """Waits until everything up to `seq` of this epoch has been delivered."""
        epoch = self.epoch
        while self.top < seq and self.epoch == epoch and not self._is_stopped:
            self.expect(seq)
            await self._wait_for_step()

    async def wait_for_restart(self, top: StreamHead) -> None:
        """Restarts the listeners if `top` is in another epoch, and waits until all have its state."""
        self.compare(top)
        while (self._must_restart or self._new_state) and not self._is_stopped:
            await self._wait_for_step()

    async def _read_top(self) -> None:
        top = (await run_in_reader(tops_of, [self.stream_id])).get(self.stream_id)
        if top is None:
            self._end()
            return
        self.epoch, self.top = top.epoch, top.seq
        self._heartbeat.start()
        hint, self._hint_before_start = self._hint_before_start, None
        if hint is not None:
            self.receive(hint)

    def _end(self) -> None:
        if not self.has_ended:
            self.has_ended = True
            self.listeners.call_end()
            self.stop()
            self._on_end(self)

    # --- Steps, one at a time -----------------------------------------------------------------------

    def _schedule_step(self) -> None:
        if not self._is_busy and not self._is_stopped:
            self._is_busy = True
            asyncio.get_running_loop().call_soon(self._run_step)

    def _run_step(self) -> None:
        if self._is_stopped:
            return
        if self._new_state is not None:
            self._deliver_state(self._new_state)
        elif self._must_restart:
            self._start_reading(self._read_state)
        elif messages := self._next_messages():
            self._deliver(messages)
        elif self._expected_seq > self.top:
            self._start_reading(self._read_missing)
        else:
            self._is_busy = False
            self._wake_step_waiters()

    def _finish_step(self, pause_seconds: float = 0.0) -> None:
        """Ends a step and schedules the next one, so that other tasks of the event loop run in between."""
        self._wake_step_waiters()
        if self._is_stopped:
            return
        loop = asyncio.get_running_loop()
        if pause_seconds:
            loop.call_later(pause_seconds, self._run_step)
        else:
            loop.call_soon(self._run_step)

    async def _wait_for_step(self) -> None:
        if self._next_step is None:
            self._next_step = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._next_step])  # several may wait, and one that is cancelled must not end it

    def _wake_step_waiters(self) -> None:
        if self._next_step is not None:
            self._next_step.set_result(None)
            self._next_step = None

    # --- Delivery -----------------------------------------------------------------------------------

    def _store_hint(self, hint: Hint) -> None:
        """Stores the event and the commit time of a hint until the event can be delivered."""
        if hint.committed_at and len(self._committed_at) < MAX_EARLY:
            self._committed_at[hint.seq] = hint.committed_at
        if hint.message is not None and len(self._early) < MAX_EARLY:
            self._early[hint.seq] = EncodedMessage(
                hint.seq, hint.message, resume_from=Position(self.epoch, hint.seq)
            )

    def _next_messages(self) -> list[EncodedMessage]:
        """The stored events that directly follow the top, up to the size of a batch."""
        messages: list[EncodedMessage] = []
        characters = 0
        while message := self._early.get(self.top + len(messages) + 1):
            characters += len(message.text)
            if messages and characters > MAX_BATCH_CHARACTERS:
                break
            messages.append(message)
        return messages

    def _deliver(self, messages: Sequence[EncodedMessage]) -> None:
        batch = Batch(messages)
        since = asyncio.get_running_loop().time()
        self.listeners.fan_out(batch, lambda: self._after_delivery(batch, since))

    def _after_delivery(self, batch: Batch, since: float) -> None:
        loop = asyncio.get_running_loop()
        self.top = batch.seq
        self._heartbeat.postpone()
        EVENTS_DELIVERED.inc(len(batch.messages) * len(self.listeners))
        # After the listeners' own tasks, which may have been scheduled just now.
        loop.call_soon(
            observe_delivery, [self._committed_at.get(message.seq, 0.0) for message in batch.messages]
        )
        self._early = {seq: message for seq, message in self._early.items() if seq > self.top}
        self._committed_at = {seq: at for seq, at in self._committed_at.items() if seq > self.top}
        is_long = loop.time() - since >= LONG_BATCH_SECONDS
        self._finish_step(PAUSE_SECONDS if is_long and self._is_next_batch_small(batch) else 0.0)

    def _is_next_batch_small(self, batch: Batch) -> bool:
        """Whether the next batch would be no larger than this one.

        Clients respond to a message once all have received it. Without a pause their responses would wait for
        this small batch, again and again: two rounds through all sockets instead of one.
        """
        return 0 < self._expected_seq - self.top <= len(batch.messages)

    def _deliver_state(self, state: State) -> None:
        self.listeners.call_all(methodcaller("restart", state), lambda: self._after_restart(state))

    def _after_restart(self, state: State) -> None:
        self.epoch, self.top = state.top.epoch, state.top.seq
        self._expected_seq = self.top
        self._new_state = None
        self._early.clear()
        self._committed_at.clear()
        SNAPSHOTS.inc(len(self.listeners))
        self._finish_step()

    # --- Reads of events without a hint -----------------------------------------------------------

    def _request_restart(self) -> None:
        self._must_restart = True
        self._schedule_step()

    def _start_reading(self, read: Callable[[], Awaitable[None]]) -> None:
        self._reading = asyncio.create_task(self._read_until_done(read))

    async def _read_until_done(self, read: Callable[[], Awaitable[None]]) -> None:
        """Reads once; retries while the database fails."""
        retry_seconds = FIRST_RETRY_SECONDS
        while not self._is_stopped:
            try:
                await read()
                break
            except Exception as error:  # any database error: the listeners still need their events
                logger.warning("Could not read the event log; retrying: %r", error)
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(2 * retry_seconds, LAST_RETRY_SECONDS)
        self._reading = None
        self._run_step()

    async def _read_missing(self) -> None:
        wanted_before = self._expected_seq
        missed = await run_in_reader(lambda: next_events(self.stream_id, since=self.top, limit=FILL_BATCH))
        if missed is None:
            self._end()
        elif missed.top.epoch != self.epoch or missed.messages is None:
            self._must_restart = True
            self._is_behind_log = missed.messages is None
        elif missed.messages:
            EVENTS_BACKFILLED.inc(len(missed.messages))
            self._early.update((message.seq, message) for message in missed.messages)
        elif self._expected_seq == wanted_before:
            self._expected_seq = self.top  # the log has no more events, and no hint arrived meanwhile

    async def _read_state(self) -> None:
        """Reads the whole state for all listeners: the log does not continue from the top."""
        state = await run_in_reader(state_of, self.stream_id)
        self._must_restart = False  # a later restart is for a newer state
        if state is None:
            self._end()
        elif state.top.epoch == self.epoch and not self._is_behind_log:
            self._expected_seq = max(
                self._expected_seq, state.top.seq
            )  # a late hint of an old epoch: the log continues
        else:
            self._is_behind_log = False
            self._new_state = state

    # --- Heartbeats ---------------------------------------------------------------------------------

    async def _send_heartbeat(self) -> None:
        """Sends top and digest, unless an event came in between: then the room is not quiet."""
        state, fields = await run_in_reader(self._read_heartbeat)
        if state is None:
            self._end()
        elif state.top.epoch != self.epoch:
            self._request_restart()
        elif state.top.seq > self.top:
            self.expect(state.top.seq)
        elif not self._is_busy and state.top.seq == self.top:
            self._deliver_heartbeat(state, fields)

    def _read_heartbeat(self) -> tuple[State | None, dict[str, Any]]:
        state = state_of(self.stream_id)
        return state, beat_of(self.kind, self.stream_id) if state else {}

    def _deliver_heartbeat(self, state: State, fields: dict[str, Any]) -> None:
        heartbeat = heartbeat_type()(epoch=self.epoch, seq=self.top, digest=state.digest, **fields)
        batch = Batch(
            [EncodedMessage(self.top, typed_text(Heartbeat.message_type, heartbeat), is_event=False)]
        )
        self._is_busy = True
        self.listeners.fan_out(batch, self._after_heartbeat)

    def _after_heartbeat(self) -> None:
        HEARTBEATS.inc(len(self.listeners))
        self._finish_step()


# --- Heartbeats of quiet streams ---------------------------------------------------------------------


class HeartbeatTimer:
    """Beats after HEARTBEAT_SECONDS without an event, and again after as many."""

    def __init__(self, beat: Callable[[], Awaitable[None]]) -> None:
        self._beat = beat
        self._quiet_since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._quiet_since = loop.time()
        self._timer = loop.call_later(settings.HEARTBEAT_SECONDS, self._beat_if_quiet)

    def postpone(self) -> None:
        """An event was sent: the next heartbeat is due later."""
        self._quiet_since = asyncio.get_running_loop().time()

    def stop(self) -> None:
        """From inside of a beat, too."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._beating is not None and not self._beating.done():
            beating, self._beating = self._beating, None
            if beating is not current_task():
                beating.cancel()

    def _beat_if_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        remaining = self._quiet_since + settings.HEARTBEAT_SECONDS - loop.time()
        if remaining > 0:
            self._timer = loop.call_later(remaining, self._beat_if_quiet)
        else:
            self._beating = asyncio.create_task(self._beat_once())

    async def _beat_once(self) -> None:
        try:
            await self._beat()
        except Exception as error:  # the next beat may succeed
            logger.warning("Heartbeat failed: %r", error)
        if self._timer is not None:  # else it was stopped meanwhile
            self.start()


def current_task() -> asyncio.Task[object] | None:
    """The running task; None in callbacks of the event loop, such as for a hint."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
