"""A SQLite connection with a fair lock. SQLite itself leaves it to chance which waiting writer is next.

Each of them looks again after a while, and the longer it has waited the more seldom: among dozens of writers
one may wait until it fails. Here those of one process queue before they ask SQLite, so only another process
(a command, the shell) is waited for by looking again.
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
    """Who asks first is first. A thread that gets the lock need not be the one that gives it back."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        # Each is released when its owner's turn has come.
        self._waiting: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Waits for its turn, at most so long; False when it did not come."""
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
        return True  # it came at the last moment

    def give_back(self) -> None:
        """Gives the lock to the thread that has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


# --- The connection ----------------------------------------------------------------------------------


# As SQLite's own, in Python's sqlite3.
DEFAULT_WAIT_SECONDS = 5.0
# By the database's file.
_turns: defaultdict[str, FairLock] = defaultdict(FairLock)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which holds its turn from the beginning of a transaction to its end.

    What it overrides are Django's hooks for backends, which its types leave out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: FairLock | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A new file is its owner's alone, and so are those that SQLite puts beside it."""
        name = str(conn_params["database"])
        if not name.startswith(("file:", ":memory:")):
            # One that exists is never opened here: closing it would release all locks of this process on it
            # (POSIX), and another process could take SQLite's log away. What is wrong, SQLite says.
            with contextlib.suppress(OSError):
                os.close(private(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn_back()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # where this fails, Django rolls back
        self._give_turn_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn_back()

    def _close(self) -> None:
        """Rolls back first: a closed connection has its lock as long as one of its statements exists."""
        try:
            if self.connection is not None:
                self.connection.rollback()
            super()._close()  # type: ignore[misc]
        finally:
            self._give_turn_back()

    def _take_turn(self) -> None:
        turns = _turns[str(self.settings_dict["NAME"])]
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", DEFAULT_WAIT_SECONDS))
        if not turns.take(seconds):
            raise OperationalError("database is locked")
        self._turn = turns

    def _give_turn_back(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.give_back()
