"""Health checks: liveness, readiness, and the age of the charts' sources."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Literal

import msgspec
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.charts.monitoring import SourceState, newest_counts, source_states
from apps.charts.selectors.charts import is_made_of_samples
from apps.jobs.selectors import are_jobs_served
from apps.realtime.models import Stream
from apps.recommendations.model_loader import FAILED_STATES, model_state
from core.database import released_connection, response_deadline
from core.endpoints import ResponseSpec, endpoint
from core.error_responses import safe_methods_only
from core.errors import Unavailable
from core.json_codec import Instant

CHECK_DEADLINE_SECONDS = 2.0
OK = "ok"

# PostgreSQL, or the wait for a connection, may take longer than a health check's timeout.
_database_checker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")


Word = Literal["ok", "unavailable", "missing", "old", "broken"]


class LivePayload(msgspec.Struct):
    status: Literal["ok"]


class ReadyPayload(msgspec.Struct):
    """`degraded` can serve: an optional part is unavailable, no jobs run, or the model of
    recommendations is of another version (`old`) or `broken`. A `missing` model is normal.
    """

    status: Literal["ok", "degraded", "unavailable"]
    checks: dict[str, Word]


@endpoint(ResponseSpec(200, "The process runs.", LivePayload(status="ok")), tag="health", negotiates=False)
@safe_methods_only
def live(_request: HttpRequest) -> JsonResponse:
    """The process is alive."""
    return JsonResponse({"status": "ok"})


@endpoint(
    ResponseSpec(
        200,
        "The server can serve.",
        ReadyPayload(
            status="ok", checks={"database": "ok", "channel_layer": "ok", "jobs": "ok", "model": "missing"}
        ),
    ),
    ResponseSpec(
        503,
        "The server can't serve now. Retry-After gives the time of the next check.",
        ReadyPayload(
            status="unavailable",
            checks={"database": "unavailable", "channel_layer": "ok", "jobs": "unavailable", "model": "ok"},
        ),
        {"Retry-After": "Seconds to wait."},
    ),
    tag="health",
    negotiates=False,
)
@safe_methods_only
def ready(_request: HttpRequest) -> JsonResponse:
    """The state of each part."""
    # 503 only without the database; all other parts are optional for a while.
    words = component_statuses()
    is_ready = words["database"] == OK
    # Recommendations work without a model, which a new installation does not have.
    model = model_state()
    is_whole = set(words.values()) == {OK} and model not in FAILED_STATES
    status = "unavailable" if not is_ready else "ok" if is_whole else "degraded"
    body = {"status": status, "checks": {**words, "model": model}}
    headers = {} if is_ready else {"Retry-After": "1"}
    return JsonResponse(body, status=200 if is_ready else 503, headers=headers)


def component_statuses() -> dict[str, str]:
    """`ok` or `unavailable`, by part."""
    is_database_up, has_workers = _database_states()
    checks = {
        "database": is_database_up,
        "channel_layer": async_to_sync(_is_layer_available)(),
        "jobs": has_workers,
    }
    return {name: OK if is_there else "unavailable" for name, is_there in checks.items()}


def _database_states() -> tuple[bool, bool]:
    """Whether the database is available, and whether jobs are served. A timeout means unavailable."""
    if connection.vendor == "sqlite":
        return _query_database_states()
    asked = _database_checker.submit(_postgresql_states)
    try:
        return asked.result(CHECK_DEADLINE_SECONDS)
    except TimeoutError:
        asked.cancel()
        return False, False


def _postgresql_states() -> tuple[bool, bool]:
    with released_connection(), response_deadline(CHECK_DEADLINE_SECONDS):
        return _query_database_states()


def _query_database_states() -> tuple[bool, bool]:
    is_there = _is_database_available()
    return is_there, is_there and _are_jobs_served()


def _is_database_available() -> bool:
    try:
        Stream.objects.exists()  # fails before the migrations too
        return True
    except Exception:  # any error means unavailable
        return False


def _are_jobs_served() -> bool:
    """Whether a worker and a scheduler are alive, in any process."""
    try:
        return are_jobs_served(timezone.now())
    except Exception:  # any error means unknown
        return False


async def _is_layer_available() -> bool:
    """Whether the channel layer accepts a message. It goes to a channel without readers, and expires there.

    The check does not receive it: that would wait for the hub, which holds the layer's lock meanwhile.
    """
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(CHECK_DEADLINE_SECONDS):
            await layer.send(await layer.new_channel("health"), {"type": "health"})
            return True
    except Exception:  # any error means unavailable
        return False


# --- The age of the charts' sources ------------------------------------------------------------------

# Apple Music publishes no play counts.
COUNTED = ("spotify", "soundcloud", "youtube")
AT = datetime(2025, 12, 4, 2, 31, tzinfo=UTC)


class SourceAgePayload(msgspec.Struct, frozen=True):
    """`status` is that of the last attempt; the age is that of the last valid list, or null without one."""

    service: str
    genre: str
    status: str
    fetched_at: Instant | None
    age_seconds: int | None


class CountAgePayload(msgspec.Struct, frozen=True):
    """The last count of a service's plays or views; null if there is none."""

    service: str
    counted_at: Instant | None
    age_seconds: int | None


class HealthPayload(msgspec.Struct, frozen=True):
    parts: dict[str, Literal["ok", "unavailable"]]
    sources: list[SourceAgePayload]
    counts: list[CountAgePayload]


class HealthResponse(msgspec.Struct, frozen=True):
    status: Literal["success"]
    message: str
    data: HealthPayload
    is_sample: bool


class ChartHealth(APIView):
    tag = "health"

    @endpoint(
        ResponseSpec(
            200,
            "The database is available; `parts` has the state of each part.",
            HealthResponse(
                "success",
                "All parts are available.",
                HealthPayload(
                    {"database": "ok", "channel_layer": "ok", "jobs": "ok"},
                    [SourceAgePayload("spotify", "pop", "ok", AT, 3600)],
                    [CountAgePayload("youtube", AT, 3600)],
                ),
                is_sample=False,
            ),
        ),
        name="read",
        is_enveloped=True,
    )
    def get(self, request: Request) -> Response:
        """The state of each part, and the age of each chart's source."""
        del request
        parts = component_statuses()
        if parts["database"] != OK:
            raise Unavailable("The database is unavailable.")
        away = [name for name, state in parts.items() if state != OK]
        now = timezone.now()
        return Response(
            {
                "status": "success",
                "message": f"Unavailable: {', '.join(away)}." if away else "All parts are available.",
                "is_sample": is_made_of_samples(),
                "data": {
                    "parts": parts,
                    "sources": [_aged(one, now) for one in source_states()],
                    "counts": _counts(now),
                },
            }
        )


def _aged(one: SourceState, now: datetime) -> SourceAgePayload:
    return SourceAgePayload(one.service, one.genre, one.status, one.fetched_at, _age(one.fetched_at, now))


def _counts(now: datetime) -> list[CountAgePayload]:
    newest = newest_counts()
    return [CountAgePayload(one, newest.get(one), _age(newest.get(one), now)) for one in COUNTED]


def _age(at: datetime | None, now: datetime) -> int | None:
    return None if at is None else max(0, int((now - at).total_seconds()))
