"""Word for the workers that something is due. It may be lost: the table has the run, and beat looks there."""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread

logger = logging.getLogger(__name__)

# Sends the word so many seconds later.
Send = Callable[[float], None]


class Messenger:
    """Sends from a thread of its own, so that no request waits for a broker. Many at once go as one."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._delays: SimpleQueue[float] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()

    def tell(self, after_seconds: float) -> None:
        """From any thread."""
        self._delays.put(after_seconds)
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="jobs-messenger", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            delays = {self._delays.get()}
            while not self._delays.empty():
                delays.add(self._delays.get())
            for delay in sorted(delays):
                try:
                    self._send(delay)
                except Exception as error:  # whatever a broker raises, a word is not worth a failure
                    logger.warning("Could not notify workers of jobs; the scheduler will: %r", error)


_messengers: list[Messenger] = []


def tell_workers_by(messenger: Messenger | None) -> None:
    """From here on this process sends word so; without a messenger it sends none, as before any call."""
    _messengers[:] = [messenger] if messenger else []


def tell_workers(*, after_seconds: float = 0.0) -> None:
    """Something is due now, or will be so many seconds later."""
    for messenger in _messengers:
        messenger.tell(after_seconds)
