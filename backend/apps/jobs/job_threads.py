"""The threads of a worker in which jobs run. They end with the process, whatever they are at."""

import logging
from queue import SimpleQueue
from threading import Thread
from typing import Any

from celery.concurrency.base import BasePool, apply_target

logger = logging.getLogger(__name__)

Call = tuple[tuple[Any, ...], dict[str, Any]]


class JobThreads(BasePool):  # type: ignore[misc]  # it has no types
    """Celery's pool of threads would be waited for at the end of the process, for as long as a job takes."""

    body_can_be_buffer = True
    signal_safe = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._calls: SimpleQueue[Call | None] = SimpleQueue()

    def on_start(self) -> None:
        for number in range(1, self.limit + 1):
            Thread(target=self._run, name=f"job-{number}", daemon=True).start()

    def on_stop(self) -> None:
        for _ in range(self.limit):
            self._calls.put(None)

    def on_apply(
        self,
        target: Any,
        args: Any = None,
        kwargs: Any = None,
        callback: Any = None,
        accept_callback: Any = None,
        **_: Any,
    ) -> None:
        call = (target, args, kwargs), {"callback": callback, "accept_callback": accept_callback}
        self._calls.put(call)

    def _run(self) -> None:
        while call := self._calls.get():
            arguments, options = call
            try:
                apply_target(*arguments, **options)
            except Exception:  # a thread has to outlive what Celery makes of a job
                logger.exception("Job thread failed.")
