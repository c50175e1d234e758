"""Whether the process lives, and whether it can serve."""

import asyncio
import functools
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from apps.jobs.selectors import are_jobs_served
from apps.realtime.models import Stream
from apps.recommendations.model_state import TROUBLES, model_state
from core.answers import answer
from core.errors import MethodNotAllowed

View = Callable[[HttpRequest], HttpResponse]

CHECK_DEADLINE_SECONDS = 2.0
READING_METHODS = ("GET", "HEAD")
OK = "ok"


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
    is_database_there = _is_database_there()
    checks = {
        "database": is_database_there,
        "channel_layer": async_to_sync(_is_layer_there)(),
        "jobs": is_database_there and _are_jobs_served(),
    }
    return {name: OK if is_there else "unavailable" for name, is_there in checks.items()}


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
