"""Kombu's transport in memory, with a consumer that sleeps until somebody sends: it need not poll.

By polling 20 times a second an idle server would use more processor time for nothing than for all else.
"""

from queue import Empty
from threading import Event
from typing import Any

from kombu.transport import memory

# So often the consumer looks up all the same. Celery's own two seconds are for brokers far away.
LOOK_UP_SECONDS = 30.0

# One consumer in a process, as one worker.
_news = Event()


class Channel(memory.Channel):
    def _put(self, queue: str, message: Any, **options: Any) -> None:
        super()._put(queue, message, **options)  # type: ignore[no-untyped-call]
        _news.set()


class Transport(memory.Transport):
    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:
        """Delivers one message. Waits for it until `LOOK_UP_SECONDS` have gone, then raises TimeoutError."""
        del connection
        # Cleared before looking: what is sent after the look wakes the wait.
        _news.clear()
        try:
            self.cycle.get(self._deliver, timeout=timeout)  # type: ignore[union-attr]
        except Empty:
            if not _news.wait(LOOK_UP_SECONDS):
                raise TimeoutError from None
