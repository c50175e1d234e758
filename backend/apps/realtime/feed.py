"""One stream within a hub: what has been delivered, what is missing, who listens."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from django.conf import settings

from apps.realtime.frames import Frame, Heartbeat, Position, frame_text
from apps.realtime.publishing import Hint
from apps.realtime.reading import in_reader
from apps.realtime.selectors import State, Top, next_events, state_of, tops_of
from core.metrics import DELIVERY_SECONDS, EVENTS_DELIVERED, EVENTS_FILLED, HEARTBEATS, SNAPSHOTS

logger = logging.getLogger(__name__)

# A gap is filled in portions of this many events.
FILL_BATCH = 500
# While the log can't be read, it is tried again after these many seconds, doubling up to the last.
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 2.0
# Events that came before the one they follow; beyond that the log is read anyway.
MAX_EARLY = 1000


class Listener(Protocol):
    """Whoever is told. None of these may wait: what can't be taken at once is the listener's own matter."""

    def deliver(self, frames: Sequence[Frame]) -> None:
        """Events in order, or a heartbeat behind them."""

    def restart(self, state: State) -> None:
        """The stream can't be continued, as in a new epoch: what counts from here on is this state."""

    def stream_ended(self) -> None:
        """The stream is no more."""


def _current_task() -> asyncio.Task[object] | None:
    """The task that runs this, if it is one: a hint comes outside of any."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


class Feed:
    """Delivers a stream's events to its listeners: strictly in order, without a gap, each once."""

    def __init__(self, *, stream_id: int, kind: str, on_end: Callable[["Feed"], None]) -> None:
        self.stream_id = stream_id
        self.kind = kind
        self.epoch = ""
        # The newest event that the listeners were given.
        self.top = 0
        self.listeners: set[Listener] = set()
        self.has_ended = False
        self._on_end = on_end
        self._wanted = 0
        self._early: dict[int, Frame] = {}
        self._committed_at: dict[int, float] = {}
        self._starting: asyncio.Task[None] | None = None
        self._filling: asyncio.Task[None] | None = None
        self._must_restart = False
        # Whether the log has lost what follows the top: then only the state leads on.
        self._is_behind_log = False
        self._beating: asyncio.TimerHandle | None = None
        self._beat: asyncio.Task[None] | None = None
        self._quiet_since = 0.0
        self._is_stopped = False

    @property
    def has_started(self) -> bool:
        return self.epoch != ""

    async def start(self) -> None:
        """Learns where the stream stands. Several listeners may wait for it; it is done once."""
        if self.has_started or self.has_ended:
            return
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._read_top())
        await asyncio.shield(self._starting)

    def stop(self) -> None:
        """Delivers nothing more. The hub forgets a feed that nobody listens to."""
        self._is_stopped = True
        for task in (self._filling, self._beat, self._starting):
            if task is not None and task is not _current_task():
                task.cancel()
        if self._beating is not None:
            self._beating.cancel()

    def receive(self, hint: Hint) -> None:
        """A hint says that the stream has a new top."""
        if not self.has_started:
            return  # the top is being read; what came before it is in the log, what comes after will be seen
        if hint.epoch != self.epoch:
            self._need_restart()
        elif hint.seq > self.top:
            self._note_commit(hint)
            if hint.frame is not None and len(self._early) < MAX_EARLY:
                self._early[hint.seq] = Frame(
                    hint.seq, hint.frame, resume_from=Position(self.epoch, hint.seq)
                )
            if self._filling is None:
                self._deliver_early()
            self.want(hint.seq)

    def compare(self, top: Top | None) -> None:
        """The log says where the stream stands; None when it has ended."""
        if top is None:
            self._end()
        elif top.epoch != self.epoch:
            self._need_restart()
        else:
            self.want(top.seq)

    def want(self, seq: int) -> None:
        """Events up to `seq` exist: read those that are missing."""
        self._wanted = max(self._wanted, seq)
        if self._wanted > self.top and not self._is_stopped:
            self._fill_if_idle()

    async def reach(self, seq: int) -> None:
        """Waits until the listeners have been given everything up to `seq` of this epoch."""
        epoch = self.epoch
        while self.top < seq and self.epoch == epoch and not self._is_stopped:
            self.want(seq)
            if self._filling is not None:
                await asyncio.wait([self._filling])

    async def restarted(self, top: Top) -> None:
        """Makes the listeners go on in the epoch of `top`, where the log says that it is another."""
        self.compare(top)
        while self._filling is not None and not self._is_stopped:
            await asyncio.wait([self._filling])

    async def _read_top(self) -> None:
        top = (await in_reader(tops_of, [self.stream_id])).get(self.stream_id)
        if top is None:
            self._end()
            return
        self.epoch, self.top = top.epoch, top.seq
        self._expect_beat()

    def _end(self) -> None:
        if not self.has_ended:
            self.has_ended = True
            for listener in list(self.listeners):
                listener.stream_ended()
            self.stop()
            self._on_end(self)

    # --- Delivering ---------------------------------------------------------------------------------

    def _deliver(self, frames: Sequence[Frame]) -> None:
        self.top = frames[-1].seq
        self._quiet_since = asyncio.get_running_loop().time()
        for listener in list(self.listeners):
            listener.deliver(frames)
        EVENTS_DELIVERED.inc(len(frames) * len(self.listeners))
        times = [self._committed_at.pop(frame.seq, 0.0) for frame in frames]
        # Behind the listeners' own tasks, which the loop has been given just now: then each has been sent to.
        asyncio.get_running_loop().call_soon(_observe_delivery, times)

    def _note_commit(self, hint: Hint) -> None:
        if hint.committed_at and len(self._committed_at) < MAX_EARLY:
            self._committed_at[hint.seq] = hint.committed_at

    def _deliver_early(self) -> None:
        """Delivers what is here already and follows what was delivered; drops what is late."""
        ready: list[Frame] = []
        while frame := self._early.pop(self.top + len(ready) + 1, None):
            ready.append(frame)
        if ready:
            self._deliver(ready)
        if self._early:
            self._early = {seq: frame for seq, frame in self._early.items() if seq > self.top}

    # --- Filling gaps from the log ------------------------------------------------------------------

    def _need_restart(self) -> None:
        self._must_restart = True
        self._fill_if_idle()

    def _fill_if_idle(self) -> None:
        if self._filling is None:
            self._filling = asyncio.create_task(self._fill())

    async def _fill(self) -> None:
        """Reads from the log until nothing is missing, however often the database fails meanwhile."""
        retry_seconds = FIRST_RETRY_SECONDS
        try:
            while (self._must_restart or self.top < self._wanted) and not self._is_stopped:
                try:
                    await self._fill_once()
                    retry_seconds = FIRST_RETRY_SECONDS
                except Exception as error:  # whatever the database says, the listeners wait for their events
                    logger.warning("The log can't be read, it is tried again: %r", error)
                    await asyncio.sleep(retry_seconds)
                    retry_seconds = min(2 * retry_seconds, LAST_RETRY_SECONDS)
        finally:
            self._filling = None

    async def _fill_once(self) -> None:
        if self._must_restart:
            await self._restart()
            return
        wanted_before = self._wanted
        missed = await in_reader(lambda: next_events(self.stream_id, since=self.top, limit=FILL_BATCH))
        if missed is None:
            self._end()
        elif missed.top.epoch != self.epoch or missed.frames is None:
            self._must_restart = True
            self._is_behind_log = missed.frames is None
        else:
            if missed.frames:
                EVENTS_FILLED.inc(len(missed.frames))
                self._deliver(missed.frames)
            self._deliver_early()
            if not missed.frames and self._wanted == wanted_before:
                self._wanted = self.top  # there is no more; a hint that came meanwhile is looked after

    async def _restart(self) -> None:
        """The log doesn't lead on from here: every listener takes the whole state instead."""
        state = await in_reader(state_of, self.stream_id)
        if state is None:
            self._end()
            return
        self._must_restart = False
        if state.top.epoch == self.epoch and not self._is_behind_log:
            self.want(state.top.seq)  # it was a late hint of an old epoch: the log leads on from here
            return
        self._is_behind_log = False
        self.epoch, self.top = state.top.epoch, state.top.seq
        self._wanted = self.top
        self._early.clear()
        self._committed_at.clear()
        for listener in list(self.listeners):
            listener.restart(state)
        SNAPSHOTS.inc(len(self.listeners))

    # --- Heartbeats ---------------------------------------------------------------------------------

    def _expect_beat(self) -> None:
        if self._is_stopped:
            return
        loop = asyncio.get_running_loop()
        self._quiet_since = loop.time()
        self._beating = loop.call_later(settings.HEARTBEAT_SECONDS, self._beat_if_quiet)

    def _beat_if_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        remaining = self._quiet_since + settings.HEARTBEAT_SECONDS - loop.time()
        if remaining > 0:
            self._beating = loop.call_later(remaining, self._beat_if_quiet)
        else:
            self._beat = asyncio.create_task(self._send_beat())

    async def _send_beat(self) -> None:
        """Sends top and digest, unless an event came in between: then the room is not quiet."""
        try:
            state = await in_reader(state_of, self.stream_id)
            if state is None:
                self._end()
            elif state.top.epoch != self.epoch:
                self._need_restart()
            elif state.top.seq > self.top:
                self.want(state.top.seq)
            elif state.top.seq == self.top:
                self._deliver_beat(state)
        except Exception as error:  # the next beat may succeed
            logger.warning("No heartbeat this time: %r", error)
        finally:
            self._expect_beat()

    def _deliver_beat(self, state: State) -> None:
        heartbeat = Heartbeat(epoch=self.epoch, seq=self.top, digest=state.digest)
        frame = Frame(self.top, frame_text(heartbeat), is_event=False)
        for listener in list(self.listeners):
            listener.deliver([frame])
        HEARTBEATS.inc(len(self.listeners))


def _observe_delivery(times: Sequence[float]) -> None:
    now = time.time()
    for committed_at in times:
        if committed_at:
            DELIVERY_SECONDS.observe(max(0.0, now - committed_at))
