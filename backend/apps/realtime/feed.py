"""One stream within a hub: what has been delivered, what is missing, who listens."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from operator import methodcaller

from apps.realtime.audience import Audience
from apps.realtime.frames import Batch, Frame, Heartbeat, Position, frame_text
from apps.realtime.heart import Heart, current_task
from apps.realtime.publishing import Hint
from apps.realtime.reading import in_reader
from apps.realtime.replays import Replays
from apps.realtime.selectors import State, Top, next_events, state_of, tops_of
from core.metrics import EVENTS_DELIVERED, EVENTS_FILLED, HEARTBEATS, SNAPSHOTS, observe_delivery

logger = logging.getLogger(__name__)

# A gap is filled in portions of this many events.
FILL_BATCH = 500
# While the log can't be read, it is tried again after these many seconds, doubling up to the last.
FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 2.0
# Events that came before the one they follow; beyond that the log is read anyway.
MAX_EARLY = 1000
# What is given together; more goes in the next turn of the loop, so that whoever reads can take it meanwhile.
MAX_BATCH_CHARACTERS = 64 * 1024
# A batch that took so long to give is followed by a pause, short beside it, in which more may come.
LONG_BATCH_SECONDS = 0.002
PAUSE_SECONDS = 0.001


class Feed:
    """Delivers a stream's events to its listeners: strictly in order, without a gap, each once.

    What comes in one turn of the loop is noted, and given to everybody together in the next. One thing is
    done at a time, `_go_on` decides which: give what follows the top, read what is missing, start anew.
    """

    def __init__(self, *, stream_id: int, kind: str, on_end: Callable[["Feed"], None]) -> None:
        self.stream_id = stream_id
        self.kind = kind
        self.epoch = ""
        # The newest event that all listeners were given.
        self.top = 0
        self.listeners = Audience()
        self.replays = Replays()
        self.has_ended = False
        self._on_end = on_end
        self._wanted = 0
        self._early: dict[int, Frame] = {}
        self._committed_at: dict[int, float] = {}
        self._starting: asyncio.Task[None] | None = None
        self._hint_before_start: Hint | None = None
        self._reading: asyncio.Task[None] | None = None
        # Whether something is being done, or will be in the loop's next turn.
        self._is_busy = False
        # Done when something more was given, or nothing is left to do.
        self._next_step: asyncio.Future[None] | None = None
        self._must_restart = False
        self._new_state: State | None = None
        # Whether the log has lost what follows the top: then only the state leads on.
        self._is_behind_log = False
        self._heart = Heart(self._send_beat)
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
        for task in (self._reading, self._starting):
            if task is not None and task is not current_task():
                task.cancel()
        self._heart.stop()
        self.listeners.stop()
        self._tell_step()

    def receive(self, hint: Hint) -> None:
        """A hint says that the stream has a new top."""
        if not self.has_started:
            self._hint_before_start = hint  # the top that is being read may be older
        elif hint.epoch != self.epoch:
            self._need_restart()
        elif hint.seq > self.top:
            self._note(hint)
            self.want(hint.seq)

    def is_news(self, top: Top | None) -> bool:
        """Whether the stream stands elsewhere in the log, or not at all any more. From any thread."""
        return top is None or top.epoch != self.epoch or top.seq > self.top

    def compare(self, top: Top | None) -> None:
        """The log says where the stream stands; None when it has ended."""
        if top is None:
            self._end()
        elif top.epoch != self.epoch:
            self._need_restart()
        elif top.seq > self.top:
            self.want(top.seq)

    def want(self, seq: int) -> None:
        """Events up to `seq` exist: read those that are missing."""
        self._wanted = max(self._wanted, seq)
        if self._wanted > self.top:
            self._go_on_soon()

    async def reach(self, seq: int) -> None:
        """Waits until the listeners have been given everything up to `seq` of this epoch."""
        epoch = self.epoch
        while self.top < seq and self.epoch == epoch and not self._is_stopped:
            self.want(seq)
            await self._step()

    async def restarted(self, top: Top) -> None:
        """Makes the listeners go on in the epoch of `top`, where the log says that it is another."""
        self.compare(top)
        while (self._must_restart or self._new_state) and not self._is_stopped:
            await self._step()

    async def _read_top(self) -> None:
        top = (await in_reader(tops_of, [self.stream_id])).get(self.stream_id)
        if top is None:
            self._end()
            return
        self.epoch, self.top = top.epoch, top.seq
        self._heart.start()
        hint, self._hint_before_start = self._hint_before_start, None
        if hint is not None:
            self.receive(hint)

    def _end(self) -> None:
        if not self.has_ended:
            self.has_ended = True
            self.listeners.tell_end()
            self.stop()
            self._on_end(self)

    # --- One thing after the other ------------------------------------------------------------------

    def _go_on_soon(self) -> None:
        if not self._is_busy and not self._is_stopped:
            self._is_busy = True
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if self._is_stopped:
            return
        if self._new_state is not None:
            self._give_state(self._new_state)
        elif self._must_restart:
            self._read(self._read_state)
        elif frames := self._frames_that_follow():
            self._give(frames)
        elif self._wanted > self.top:
            self._read(self._read_missing)
        else:
            self._is_busy = False
            self._tell_step()

    def _has_done(self, pause_seconds: float = 0.0) -> None:
        """Something was given. What comes next waits for the loop, so that others get their turn."""
        self._tell_step()
        if self._is_stopped:
            return
        loop = asyncio.get_running_loop()
        if pause_seconds:
            loop.call_later(pause_seconds, self._go_on)
        else:
            loop.call_soon(self._go_on)

    async def _step(self) -> None:
        if self._next_step is None:
            self._next_step = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._next_step])  # several may wait, and one that is cancelled must not end it

    def _tell_step(self) -> None:
        if self._next_step is not None:
            self._next_step.set_result(None)
            self._next_step = None

    # --- Giving -------------------------------------------------------------------------------------

    def _note(self, hint: Hint) -> None:
        """Keeps what a hint brings until it is its turn."""
        if hint.committed_at and len(self._committed_at) < MAX_EARLY:
            self._committed_at[hint.seq] = hint.committed_at
        if hint.frame is not None and len(self._early) < MAX_EARLY:
            self._early[hint.seq] = Frame(hint.seq, hint.frame, resume_from=Position(self.epoch, hint.seq))

    def _frames_that_follow(self) -> list[Frame]:
        """Of what is here already, that which follows the top; as much as is given together."""
        frames: list[Frame] = []
        characters = 0
        while frame := self._early.get(self.top + len(frames) + 1):
            characters += len(frame.text)
            if frames and characters > MAX_BATCH_CHARACTERS:
                break
            frames.append(frame)
        return frames

    def _give(self, frames: Sequence[Frame]) -> None:
        batch = Batch(frames)
        since = asyncio.get_running_loop().time()
        self.listeners.give(batch, lambda: self._has_given(batch, since))

    def _has_given(self, batch: Batch, since: float) -> None:
        loop = asyncio.get_running_loop()
        self.top = batch.seq
        self._heart.put_off()
        EVENTS_DELIVERED.inc(len(batch.frames) * len(self.listeners))
        # Behind the listeners' own tasks, which the loop may have been given just now.
        loop.call_soon(observe_delivery, [self._committed_at.get(frame.seq, 0.0) for frame in batch.frames])
        self._early = {seq: frame for seq, frame in self._early.items() if seq > self.top}
        self._committed_at = {seq: at for seq, at in self._committed_at.items() if seq > self.top}
        is_long = loop.time() - since >= LONG_BATCH_SECONDS
        self._has_done(PAUSE_SECONDS if is_long and self._has_few_more(batch) else 0.0)

    def _has_few_more(self, batch: Batch) -> bool:
        """Whether a batch no larger than this one is to follow.

        Clients that answer what they are told do so once all have been told. What they say then would stand
        behind these few, and so on for ever: two rounds through all sockets where one would do.
        """
        return 0 < self._wanted - self.top <= len(batch.frames)

    def _give_state(self, state: State) -> None:
        self.listeners.tell(methodcaller("restart", state), lambda: self._has_restarted(state))

    def _has_restarted(self, state: State) -> None:
        self.epoch, self.top = state.top.epoch, state.top.seq
        self._wanted = self.top
        self._new_state = None
        self._early.clear()
        self._committed_at.clear()
        SNAPSHOTS.inc(len(self.listeners))
        self._has_done()

    # --- Reading what hints did not bring -----------------------------------------------------------

    def _need_restart(self) -> None:
        self._must_restart = True
        self._go_on_soon()

    def _read(self, read: Callable[[], Awaitable[None]]) -> None:
        self._reading = asyncio.create_task(self._read_until_done(read))

    async def _read_until_done(self, read: Callable[[], Awaitable[None]]) -> None:
        """Reads once, however often the database fails before that."""
        retry_seconds = FIRST_RETRY_SECONDS
        while not self._is_stopped:
            try:
                await read()
                break
            except Exception as error:  # whatever the database says, the listeners wait for their events
                logger.warning("Could not read the event log; retrying: %r", error)
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(2 * retry_seconds, LAST_RETRY_SECONDS)
        self._reading = None
        self._go_on()

    async def _read_missing(self) -> None:
        wanted_before = self._wanted
        missed = await in_reader(lambda: next_events(self.stream_id, since=self.top, limit=FILL_BATCH))
        if missed is None:
            self._end()
        elif missed.top.epoch != self.epoch or missed.frames is None:
            self._must_restart = True
            self._is_behind_log = missed.frames is None
        elif missed.frames:
            EVENTS_FILLED.inc(len(missed.frames))
            self._early.update((frame.seq, frame) for frame in missed.frames)
        elif self._wanted == wanted_before:
            self._wanted = self.top  # there is no more; a hint that came meanwhile is looked after

    async def _read_state(self) -> None:
        """The log doesn't lead on from here: every listener takes the whole state instead."""
        state = await in_reader(state_of, self.stream_id)
        self._must_restart = False  # what says so from here on is newer
        if state is None:
            self._end()
        elif state.top.epoch == self.epoch and not self._is_behind_log:
            self._wanted = max(self._wanted, state.top.seq)  # a late hint of an old epoch: the log leads on
        else:
            self._is_behind_log = False
            self._new_state = state

    # --- Heartbeats ---------------------------------------------------------------------------------

    async def _send_beat(self) -> None:
        """Sends top and digest, unless an event came in between: then the room is not quiet."""
        state = await in_reader(state_of, self.stream_id)
        if state is None:
            self._end()
        elif state.top.epoch != self.epoch:
            self._need_restart()
        elif state.top.seq > self.top:
            self.want(state.top.seq)
        elif not self._is_busy and state.top.seq == self.top:
            self._give_beat(state)

    def _give_beat(self, state: State) -> None:
        heartbeat = Heartbeat(epoch=self.epoch, seq=self.top, digest=state.digest)
        batch = Batch([Frame(self.top, frame_text(heartbeat), is_event=False)])
        self._is_busy = True
        self.listeners.give(batch, self._has_beaten)

    def _has_beaten(self) -> None:
        HEARTBEATS.inc(len(self.listeners))
        self._has_done()
