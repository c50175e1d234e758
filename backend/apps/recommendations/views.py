"""Recommendations over HTTP. A person's are for that person and staff, a room's for everybody."""

from uuid import UUID

from django.conf import settings
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.jobs.payloads import job_payload, requested_job_payload
from apps.recommendations import documentation
from apps.recommendations.refreshing import refresh_run, request_refresh
from apps.recommendations.rooms import room_recommendations
from apps.recommendations.serializers import MOST_SHOWN, RefreshSerializer
from apps.recommendations.serving import recommendations_for
from apps.recommendations.settling import bring_in
from apps.tracks.payloads import track_payload
from apps.users.selectors import own_id, whose_taste
from core.endpoints import documented
from core.identity import caller_of
from core.pagination import whole_number

PRIVATE = {"Cache-Control": "private, no-cache"}


class RecommendationViewSet(viewsets.ViewSet):
    """What to play next. Where an id is missing in the address, the caller's own is meant."""

    @documented(documentation.READ)
    @documented(documentation.READ_ME, at="me/")
    def read(self, request: Request, user_id: int | None = None) -> Response:
        asked_for = _asked_for(request, user_id)
        room = request.query_params.get("room")
        return Response(recommendations_for(asked_for, limit=_limit(request), room=room), headers=PRIVATE)

    @documented(documentation.REFRESH)
    @documented(documentation.REFRESH_ME, at="me/refresh/")
    def refresh(self, request: Request, user_id: int | None = None) -> Response:
        asked_for = _asked_for(request, user_id)
        wanted = RefreshSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        run = request_refresh(user_id=asked_for, **wanted.validated_data)
        status_url = request.build_absolute_uri(f"/api/recommendations/jobs/{run.pk}/")
        return Response(requested_job_payload(run, status_url=status_url), status=202)

    @documented(documentation.JOB)
    def job(self, request: Request, job_id: UUID) -> Response:
        """Whoever may not see it is told that there is none."""
        return Response(job_payload(refresh_run(job_id, user_id=_only_of(request))), headers=PRIVATE)

    @documented(documentation.BRING_IN)
    def bring_in(self, request: Request, recommendation_id: int) -> Response:
        track, is_new = bring_in(recommendation_id=recommendation_id, user_id=_only_of(request))
        location = request.build_absolute_uri(f"/api/tracks/{track.pk}/")
        return Response(track_payload(track), status=201 if is_new else 200, headers={"Location": location})

    @documented(documentation.ROOM)
    def room(self, request: Request, slug: str) -> Response:
        return Response(
            room_recommendations(slug, limit=_limit(request)), headers={"Cache-Control": "no-cache"}
        )


def _asked_for(request: Request, user_id: int | None) -> int:
    caller = caller_of(request._request)
    return own_id(caller) if user_id is None else whose_taste(caller, user_id)


def _only_of(request: Request) -> int | None:
    """Whose jobs and recommendations the caller may get at; None: everybody's."""
    caller = caller_of(request._request)
    if settings.OPEN_DISCOVERY_API or caller.is_staff:
        return None
    return own_id(caller)


def _limit(request: Request) -> int | None:
    """None without one: as many as the list says."""
    if "limit" not in request.query_params:
        return None
    return whole_number(request, "limit", MOST_SHOWN, least=1, most=MOST_SHOWN)
