"""Recommendations over HTTP. Those of a user are for that user and staff, those of a room are public."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from msgspec.structs import asdict
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.jobs.payloads import JobPayload, RequestedJobPayload, job_payload, requested_job_payload
from apps.recommendations.payloads import (
    PersonRecommendationsPayload,
    ReasonPayload,
    RecommendationPayload,
    RecommendedTrackPayload,
    RoomRecommendationsPayload,
)
from apps.recommendations.selectors import recommendations_for, room_recommendations
from apps.recommendations.serializers import MAX_SHOWN, RefreshSerializer
from apps.recommendations.tasks import refresh_run, request_refresh
from apps.recommendations.track_resolution import bring_in
from apps.tracks.payloads import EXAMPLE_TRACK, track_payload
from apps.users.selectors import authorized_profile_owner, own_id
from core.endpoints import LOCATION, Body, Parameter, ResponseSpec, endpoint, endpoint_like
from core.errors import ErrorSpec, NotFound, invalid
from core.identity import caller_of, visit_of
from core.network import network_of
from core.pagination import whole_number

PRIVATE = {"Cache-Control": "private, no-cache"}


AT = datetime(2025, 12, 4, 10, tzinfo=UTC)
JOB_ID = "5f0c0c3e-2f43-4d0a-9a55-0c6f4f6d3f5e"
SHOWN: dict[str, Any] = {
    "source": "cache",
    "generated_at": AT,
    "stale": False,
    "missing_sources": [],
    "count": 1,
    "recommendations": [
        RecommendationPayload(
            id=77,
            rank=1,
            score=0.83,
            track=RecommendedTrackPayload(**asdict(EXAMPLE_TRACK)),
            provider="library",
            reasons=[ReasonPayload("similar_to_liked", "Because you liked So What", 5)],
            preview_url=None,
            external_url=None,
        )
    ],
}
OF_PERSON = ResponseSpec(
    200, "The recommendations, best first.", PersonRecommendationsPayload(user_id=1, **SHOWN)
)
COMMON_DESCRIPTION = {
    "description": (
        "Each has at least one reason, best first. `source` is `cache`, `database`, or `computed` (for this "
        "request). `stale` is true if the list is more than 12 hours old; it is then recomputed. "
        "`missing_sources` did not respond when it was computed. For an external track, the `id` of `track` "
        "is null until `POST /api/recommendations/{recommendation_id}/track/` adds it to the library."
    )
}
LIMIT = Parameter(
    "limit",
    "query",
    {"type": "integer", "minimum": 1, "maximum": MAX_SHOWN},
    "The maximum number of recommendations. Default: the `limit` of the last refresh, otherwise 20.",
)
LIMIT_AND_ROOM = (
    LIMIT,
    Parameter(
        "room", "query", {"type": "string"}, "The slug of a room, the tracks of whose queue are left out."
    ),
)
BAD_LIMIT = invalid("Invalid parameter.", limit="Must be a whole number from 1 to 100.")
REQUESTED = ResponseSpec(
    202,
    "The job. `status_url` reports its progress.",
    RequestedJobPayload(
        job_id=JOB_ID,
        status="queued",
        status_url=f"http://localhost:4000/api/recommendations/jobs/{JOB_ID}/",
    ),
)
REFRESH = Body(
    RefreshSerializer,
    {"limit": 20, "seed_genres": ["jazz"], "seed_artists": ["Miles Davis"]},
    name="RecommendationRefresh",
    is_required=False,
)
BAD_REFRESH = invalid("Invalid field.", seed_genres="Ensure this field has no more than 20 elements.")


class RecommendationViewSet(viewsets.ViewSet):
    """Recommended tracks."""

    tag = "recommendations"

    @endpoint(
        OF_PERSON,
        parameters=LIMIT_AND_ROOM,
        errors=[
            ErrorSpec(NotFound, "There is no such person, or no such room."),
            authorized_profile_owner,
            BAD_LIMIT,
        ],
        values=COMMON_DESCRIPTION,
    )
    def read(self, request: Request, user_id: int) -> Response:
        """Recommendations for a user (for that user and staff).

        {description} Tracks that the user recently skipped or disliked are left out, and artists of whom
        the user disliked a track and liked none.
        """
        return _shown(request, authorized_profile_owner(caller_of(request), user_id))

    @endpoint_like(read, errors=[own_id, BAD_LIMIT, recommendations_for])
    def read_me(self, request: Request) -> Response:
        """Your own recommendations."""
        return _shown(request, own_id(caller_of(request)))

    @endpoint(REQUESTED, body=REFRESH, errors=[authorized_profile_owner, BAD_REFRESH, request_refresh])
    def refresh(self, request: Request, user_id: int) -> Response:
        """Recompute a user's recommendations (for that user and staff).

        A job recomputes them, including those of external sources. While a job for this user is queued or
        running, further requests return that job. For this list, seeds take precedence over the profile.
        `limit` is the default number of recommendations in later responses.
        """
        return _requested(request, authorized_profile_owner(caller_of(request), user_id))

    @endpoint_like(refresh, errors=[own_id, BAD_REFRESH, request_refresh])
    def refresh_me(self, request: Request) -> Response:
        """Recompute your recommendations."""
        return _requested(request, own_id(caller_of(request)))

    @endpoint(
        ResponseSpec(
            200,
            "The job's current state.",
            JobPayload(
                job_id=JOB_ID,
                status="succeeded",
                attempts=1,
                created_at=AT,
                started_at=AT,
                finished_at=AT,
                error=None,
            ),
        ),
        errors=[own_id, refresh_run],
        name="read",
    )
    def job(self, request: Request, job_id: UUID) -> Response:
        """The state of a refresh (for its user and staff).

        `queued`, `running`, `succeeded` or `failed`. `error.code` is the reason of a failure: `WORKER_AWAY`
        if no process runs jobs, `WORKER_LOST` if each worker that started the job was killed.
        """
        return Response(job_payload(refresh_run(job_id, user_id=_only_of(request))), headers=PRIVATE)

    @endpoint(
        ResponseSpec(200, "The library had the track already.", EXAMPLE_TRACK, LOCATION),
        ResponseSpec(201, "The track was added to the library.", EXAMPLE_TRACK, LOCATION),
        errors=[own_id, bring_in],
    )
    def bring_in(self, request: Request, recommendation_id: int) -> Response:
        """Add a recommended track to the library, so that it can be queued.

        For an external track, the response is the library's track with the same ISRC, otherwise with the same
        title and artist (ignoring spelling), otherwise a new track. A track of the library is returned as is.
        """
        track, is_new = bring_in(recommendation_id=recommendation_id, user_id=_only_of(request))
        location = request.build_absolute_uri(f"/api/tracks/{track.pk}/")
        return Response(track_payload(track), status=201 if is_new else 200, headers={"Location": location})

    @endpoint(
        ResponseSpec(
            200, "The recommendations, best first.", RoomRecommendationsPayload(room="main", **SHOWN)
        ),
        parameters=[LIMIT],
        errors=[BAD_LIMIT, room_recommendations],
        values=COMMON_DESCRIPTION,
        name="read",
    )
    def room(self, request: Request, slug: str) -> Response:
        """Recommendations for all users who are in a room.

        {description} The lowest of the users' scores has the most weight. Artists that one of the users
        dislikes are left out, and tracks of the queue. An account is in the room while one of its sockets is
        open, and for another minute; a guest for two hours after a vote or an added track. In an empty room,
        recommendations are popular tracks, and tracks similar to the queue.
        """
        return Response(
            room_recommendations(slug, limit=_limit(request), network=_network(request)),
            headers={"Cache-Control": "no-cache"},
        )


def _shown(request: Request, user_id: int) -> Response:
    room = request.query_params.get("room")
    found = recommendations_for(user_id, limit=_limit(request), room=room, network=_network(request))
    return Response(found, headers=PRIVATE)


def _network(request: Request) -> str:
    return network_of(visit_of(request).address)


def _requested(request: Request, user_id: int) -> Response:
    wanted = RefreshSerializer(data=request.data)
    wanted.is_valid(raise_exception=True)
    run = request_refresh(user_id=user_id, **wanted.validated_data)
    status_url = request.build_absolute_uri(f"/api/recommendations/jobs/{run.pk}/")
    return Response(requested_job_payload(run, status_url=status_url), status=202)


def _only_of(request: Request) -> int | None:
    """The user whose jobs and recommendations the caller may read; None: all users."""
    caller = caller_of(request)
    if settings.OPEN_DISCOVERY_API or caller.is_staff:
        return None
    return own_id(caller)


def _limit(request: Request) -> int | None:
    """The requested limit; None if there is none."""
    if "limit" not in request.query_params:
        return None
    return whole_number(request, "limit", MAX_SHOWN, least=1, most=MAX_SHOWN)
