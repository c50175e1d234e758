"""The connection. SQLite itself leaves it to chance which of the waiting writers is next.

Each of them looks again after a while, and the longer it has waited the more seldom: among dozens of writers
one may wait in vain. Here those of one process queue up before they ask SQLite, so only another process
(a command, the shell) is waited for by looking again.
"""

import contextlib
import os
from collections import defaultdict
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from core.private_files import private
from core.sqlite.turns import Turns

# As SQLite's own, in Python's sqlite3.
DEFAULT_WAIT_SECONDS = 5.0
# By the database's file.
_turns: defaultdict[str, Turns] = defaultdict(Turns)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which holds its turn from the beginning of a transaction to its end.

    What it overrides are Django's hooks for backends, which its types leave out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: Turns | None = None

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
        try:
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
