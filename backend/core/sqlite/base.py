"""A SQLite connection with a fair lock for the writers of one process.

SQLite's waiting writers poll its lock, less and less often, so that one of dozens may wait until it fails.
Here the writers of one process queue first, so that they poll only because of other processes.
"""

import contextlib
import os
import threading
from collections import defaultdict, deque
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from core.process_tuning import private


class FairLock:
    """First come, first served. Any thread may release the lock."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        # Each is released when its owner may continue.
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, seconds: float) -> bool:
        """Waits for the lock for up to `seconds`; False if it was not acquired."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            own = threading.Lock()
            own.acquire()
            self._waiting.append(own)
        if own.acquire(timeout=seconds):
            return True
        with self._guard:
            if own in self._waiting:
                self._waiting.remove(own)
                return False
        return True  # acquired at the last moment

    def release(self) -> None:
        """Passes the lock to the thread that has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


# --- The connection ----------------------------------------------------------------------------------


# The default of Python's sqlite3.
DEFAULT_WAIT_SECONDS = 5.0
# By database file.
_locks: defaultdict[str, FairLock] = defaultdict(FairLock)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper, which has the lock during each transaction.

    It overrides Django's hooks for backends, which its type stubs omit.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fair_lock: FairLock | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Only the owner can read a new file, and SQLite's additional files."""
        name = str(conn_params["database"])
        if not name.startswith(("file:", ":memory:")):
            # An existing file is never opened here: closing it would release all locks of this process on it
            # (POSIX), and another process could delete SQLite's log. SQLite itself reports errors.
            with contextlib.suppress(OSError):
                os.close(private(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        self._acquire_fair_lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._release_fair_lock()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # if this fails, Django rolls back
        self._release_fair_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._release_fair_lock()

    def _close(self) -> None:
        """Rolls back first: a closed connection has SQLite's lock as long as one of its statements exists."""
        try:
            if self.connection is not None:
                self.connection.rollback()
            super()._close()  # type: ignore[misc]
        finally:
            self._release_fair_lock()

    def _acquire_fair_lock(self) -> None:
        lock = _locks[str(self.settings_dict["NAME"])]
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", DEFAULT_WAIT_SECONDS))
        if not lock.acquire(seconds):
            raise OperationalError("database is locked")
        self._fair_lock = lock

    def _release_fair_lock(self) -> None:
        turn, self._fair_lock = self._fair_lock, None
        if turn is not None:
            turn.release()
