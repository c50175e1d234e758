"""The state of each part and the age of each chart's source, as chart clients ask for it."""

from datetime import UTC, datetime
from typing import Literal

import msgspec
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.charts.selectors import SourceState, is_made_of_samples, newest_counts, source_states
from config.health import OK, states_of_parts
from core.endpoints import Answer, Endpoint, documented
from core.errors import Unavailable
from core.instants import Instant

# Apple Music tells nobody how often its tracks are played.
COUNTED = ("spotify", "soundcloud", "youtube")
AT = datetime(2025, 12, 4, 2, 31, tzinfo=UTC)


class SourceAgePayload(msgspec.Struct, frozen=True):
    """`status` of the last try; the age is that of the last good list, null where there never was one."""

    service: str
    genre: str
    status: str
    fetched_at: Instant | None
    age_seconds: int | None


class CountAgePayload(msgspec.Struct, frozen=True):
    """When a service's plays or views were counted last; null where they never were."""

    service: str
    counted_at: Instant | None
    age_seconds: int | None


class HealthPayload(msgspec.Struct, frozen=True):
    parts: dict[str, Literal["ok", "unavailable"]]
    sources: list[SourceAgePayload]
    counts: list[CountAgePayload]


class HealthAnswer(msgspec.Struct, frozen=True):
    status: Literal["success"]
    message: str
    data: HealthPayload
    is_sample: bool


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
                    [CountAgePayload("youtube", AT, 3600)],
                ),
                is_sample=False,
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
