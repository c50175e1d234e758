"""The state of each part and the age of each chart's source, as chart clients ask for it."""

from datetime import UTC, datetime
from typing import Literal

import msgspec
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.charts.selectors import SourceState, source_states
from config.health import OK, states_of_parts
from core.endpoints import Answer, Endpoint, documented
from core.errors import Unavailable
from core.instants import Instant

AT = datetime(2025, 12, 4, 2, 31, tzinfo=UTC)


class SourceAgePayload(msgspec.Struct, frozen=True):
    """`status` of the last try; the age is that of the last good list, null where there never was one."""

    service: str
    genre: str
    status: str
    fetched_at: Instant | None
    age_seconds: int | None


class HealthPayload(msgspec.Struct, frozen=True):
    parts: dict[str, Literal["ok", "unavailable"]]
    sources: list[SourceAgePayload]


class HealthAnswer(msgspec.Struct, frozen=True):
    status: Literal["success"]
    message: str
    data: HealthPayload


HEALTH = Endpoint(
    tag="health",
    name="read",
    summary="The state of each part, and the age of each chart's source",
    answers=(
        Answer(
            200,
            "The database answers; what else does, stands in `parts`.",
            HealthAnswer,
            HealthAnswer(
                "success",
                "All parts answer.",
                HealthPayload(
                    {"database": "ok", "channel_layer": "ok", "jobs": "ok"},
                    [SourceAgePayload("spotify", "pop", "ok", AT, 3600)],
                ),
            ),
        ),
    ),
    is_enveloped=True,
)


class ChartHealth(APIView):
    @documented(HEALTH)
    def get(self, request: Request) -> Response:
        del request
        parts = states_of_parts()
        if parts["database"] != OK:
            raise Unavailable("The database is away.")
        away = [name for name, state in parts.items() if state != OK]
        now = timezone.now()
        return Response(
            {
                "status": "success",
                "message": f"Away: {', '.join(away)}." if away else "All parts answer.",
                "data": {"parts": parts, "sources": [_aged(one, now) for one in source_states()]},
            }
        )


def _aged(one: SourceState, now: datetime) -> SourceAgePayload:
    age = None if one.fetched_at is None else max(0, int((now - one.fetched_at).total_seconds()))
    return SourceAgePayload(one.service, one.genre, one.status, one.fetched_at, age)
