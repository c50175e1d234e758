"""In a Tutti server: processor time of each part of a request, and its number of statements.

Each part is the time of its own functions, without that of other parts that they call.
"""

import functools
import importlib
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PARTS_VARIABLE = "BENCH_PARTS"
# Where a function is looked up at the call, and its part.
TIMED = {
    "parse": [
        "core.json_codec.JsonParser.parse",
        "core.middleware.read_early",
        "rest_framework.serializers.Serializer.is_valid",
    ],
    "limits": [
        "core.middleware.RequestLimitMiddleware.__call__",
        "apps.playlist.views.check_rate_limit",
    ],
    "identity": ["core.identity.caller_for", "apps.playlist.views.voter_key"],
    "idempotency": [
        "core.middleware.IdempotencyMiddleware.__call__",
        "core.middleware.run_idempotent",
    ],
    "SQL": [
        "django.db.backends.utils.CursorWrapper.execute",
        "django.db.backends.base.base.BaseDatabaseWrapper.commit",
        "django.db.backends.base.base.BaseDatabaseWrapper.set_autocommit",
        "core.postgresql.base.DatabaseWrapper.run_later",
    ],
    "connection": [
        "django.db.backends.base.base.BaseDatabaseWrapper.connect",
        "django.db.backends.base.base.BaseDatabaseWrapper.close",
    ],
    "rules": [
        f"apps.playlist.views.{name}" for name in ("cast_vote", "add_item", "change_item", "play_item")
    ],
    "event": ["apps.realtime.decorators.append_event", "apps.realtime.publishing.Publisher.publish"],
    "log line": ["apps.realtime.decorators.logger.info"],
    "response": [
        "django.template.response.SimpleTemplateResponse.render",
        "apps.playlist.views.PlaylistViewSet.finalize_response",
    ],
    "framework": ["rest_framework.views.APIView.dispatch"],
}
OTHER = "middlewares, Django"
STATEMENTS = "statements"
FRAMING = ("BEGIN", "COMMIT")


class TimeBreakdown:
    """Nanoseconds by kind of request and part."""

    def __init__(self) -> None:
        self.requests: dict[str, int] = {}
        self.spent: dict[str, dict[str, int]] = {}
        self._lock = threading.Lock()
        self._here = threading.local()

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def measured(*args: Any, **kwargs: Any) -> Any:
            spent: dict[str, int] | None = getattr(self._here, "spent", None)
            if spent is None:  # not a thread of a request
                return function(*args, **kwargs)
            outer, self._here.below = self._here.below, 0
            began = time.thread_time_ns()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.thread_time_ns() - began
                spent[part] = spent.get(part, 0) + took - self._here.below
                self._here.below = outer + took

        return measured

    def counted(self, execute: Callable[..., Any]) -> Callable[..., Any]:
        """Counts a statement once, even if a counted function calls another one to run it."""

        @functools.wraps(execute)
        def measured(runner: Any, sql: Any, *params: Any) -> Any:
            spent: dict[str, int] | None = getattr(self._here, "spent", None)
            if spent is None or str(sql).startswith(FRAMING):
                return execute(runner, sql, *params)
            before = spent.get(STATEMENTS, 0)
            try:
                return execute(runner, sql, *params)
            finally:
                spent[STATEMENTS] = before + 1

        return measured

    def request(self, respond: Callable[..., Any]) -> Callable[..., Any]:
        whole = self.timed(OTHER, respond)

        @functools.wraps(respond)
        def measured(handler: Any, scope: Any, body: Any) -> Any:
            self._here.spent, self._here.below = {}, 0
            try:
                return whole(handler, scope, body)
            finally:
                self._note(f"{scope['method']} {scope['path'].rstrip('/').rpartition('/')[2]}")
                self._here.spent = None

        return measured

    def _note(self, name: str) -> None:
        kind = name if name.endswith((" vote", " play", " playlist")) else name.partition(" ")[0]
        with self._lock:
            self.requests[kind] = self.requests.get(kind, 0) + 1
            known = self.spent.setdefault(kind, {})
            for part, nanoseconds in self._here.spent.items():
                known[part] = known.get(part, 0) + nanoseconds


def instrument() -> TimeBreakdown:
    """Instruments the functions. Call it after loading the settings and before creating the application."""
    from django.db.backends.utils import CursorWrapper

    from core.asgi import ThreadedASGIHandler
    from core.postgresql.base import DatabaseWrapper

    ledger = TimeBreakdown()
    for part, names in TIMED.items():
        for name in names:
            owner, attribute = _owner_of(name)
            setattr(owner, attribute, ledger.timed(part, getattr(owner, attribute)))
    CursorWrapper.execute = ledger.counted(CursorWrapper.execute)  # type: ignore[method-assign]
    DatabaseWrapper.run_later = ledger.counted(DatabaseWrapper.run_later)  # type: ignore[method-assign]
    ThreadedASGIHandler._respond = ledger.request(ThreadedASGIHandler._respond)  # type: ignore[method-assign]
    return ledger


def write_time_breakdown(ledger: TimeBreakdown) -> None:
    Path(os.environ[PARTS_VARIABLE]).write_text(
        json.dumps({"requests": ledger.requests, "spent": ledger.spent})
    )


def _owner_of(name: str) -> tuple[Any, str]:
    """The owner of the function. Raises AttributeError after the code has changed."""
    path, _, attribute = name.rpartition(".")
    words = path.split(".")
    for length in range(len(words), 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(words[:length]))
        except ModuleNotFoundError:
            continue
        for word in words[length:]:
            owner = getattr(owner, word)
        getattr(owner, attribute)
        return owner, attribute
    raise AttributeError(name)
