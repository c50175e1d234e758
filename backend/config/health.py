"""Whether the process lives, and whether it can serve."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from apps.jobs.selectors import are_jobs_served
from apps.realtime.models import Stream
from apps.recommendations.model_state import TROUBLES, model_state
from core.answers import answer
from core.connections import released_connection, response_deadline
from core.errors import MethodNotAllowed

View = Callable[[HttpRequest], HttpResponse]

CHECK_DEADLINE_SECONDS = 2.0
READING_METHODS = ("GET", "HEAD")
OK = "ok"

# PostgreSQL, and the wait for a connection to it, may take longer than the caller of a health check does.
_database_checker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")


def only_read(view: View) -> View:
    """Without the form's token that Django asks of other methods: they are a 405 in the one error shape."""

    @csrf_exempt
    @functools.wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if request.method in READING_METHODS:
            return view(request)
        response = answer(MethodNotAllowed())
        response["Allow"] = ", ".join(READING_METHODS)
        return response

    return checked


@only_read
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@only_read
def ready(_request: HttpRequest) -> JsonResponse:
    """The parts answer. 503 when the database doesn't; all else can be done without for a while."""
    words = states_of_parts()
    is_ready = words["database"] == OK
    # Recommendations are made without a model, too; that a new installation has none is no trouble.
    model = model_state()
    is_whole = set(words.values()) == {OK} and model not in TROUBLES
    status = "unavailable" if not is_ready else "ok" if is_whole else "degraded"
    body = {"status": status, "checks": {**words, "model": model}}
    headers = {} if is_ready else {"Retry-After": "1"}
    return JsonResponse(body, status=200 if is_ready else 503, headers=headers)


def states_of_parts() -> dict[str, str]:
    """`ok` or `unavailable`, by part."""
    is_database_there, are_jobs_seen_to = _database_states()
    checks = {
        "database": is_database_there,
        "channel_layer": async_to_sync(_is_layer_there)(),
        "jobs": are_jobs_seen_to,
    }
    return {name: OK if is_there else "unavailable" for name, is_there in checks.items()}


def _database_states() -> tuple[bool, bool]:
    """Whether it is there, and whether jobs are served. What takes too long is not there."""
    if connection.vendor == "sqlite":
        return _asked_of_database()
    asked = _database_checker.submit(_asked_of_postgresql)
    try:
        return asked.result(CHECK_DEADLINE_SECONDS)
    except TimeoutError:
        asked.cancel()
        return False, False


def _asked_of_postgresql() -> tuple[bool, bool]:
    with released_connection(), response_deadline(CHECK_DEADLINE_SECONDS):
        return _asked_of_database()


def _asked_of_database() -> tuple[bool, bool]:
    is_there = _is_database_there()
    return is_there, is_there and _are_jobs_served()


def _is_database_there() -> bool:
    try:
        Stream.objects.exists()  # also tells whether it was prepared
        return True
    except Exception:  # whatever it raises, it is not there
        return False


def _are_jobs_served() -> bool:
    """Whether a worker and beat live, in whatever process."""
    try:
        return are_jobs_served(timezone.now())
    except Exception:  # whatever it raises, nobody can tell
        return False


async def _is_layer_there() -> bool:
    """Whether it takes a message, for a channel that nobody reads and that expires by itself.

    Getting it back would have to wait for the hub, which holds the layer's one lock while it receives.
    """
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(CHECK_DEADLINE_SECONDS):
            await layer.send(await layer.new_channel("health"), {"type": "health"})
            return True
    except Exception:  # whatever it raises, it is not there
        return False
