"""The library over HTTP: everybody reads, staff writes."""

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.tracks import documentation
from apps.tracks.facts import TrackFacts
from apps.tracks.payloads import track_payload
from apps.tracks.selectors import found_tracks, genre_counts, track_by_id
from apps.tracks.serializers import TrackQuerySerializer, TrackSerializer
from apps.tracks.services import change_track, create_track, delete_track
from core.endpoints import documented
from core.pagination import ListOrPages, list_answer
from core.permissions import IsStaffOrReadOnly


class TrackViewSet(viewsets.ViewSet):
    """The track library."""

    permission_classes = [IsStaffOrReadOnly]

    @documented(documentation.LIST)
    def list(self, request: Request) -> Response:
        query = TrackQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        pages = ListOrPages()
        tracks = pages.paginate_queryset(found_tracks(**query.validated_data), request)
        return pages.get_paginated_response([track_payload(track) for track in tracks])

    @documented(documentation.GENRES)
    def genres(self, request: Request) -> Response:
        return list_answer(request, genre_counts())

    @documented(documentation.READ)
    def retrieve(self, request: Request, track_id: str) -> Response:
        del request
        return Response(track_payload(track_by_id(int(track_id))))

    @documented(documentation.CREATE)
    def create(self, request: Request) -> Response:
        wanted = TrackSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        track = create_track(facts=TrackFacts(**wanted.validated_data))
        return Response(track_payload(track), status=201, headers={"Location": f"{request.path}{track.pk}/"})

    @documented(documentation.REPLACE)
    def update(self, request: Request, track_id: str) -> Response:
        wanted = TrackSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(track_payload(change_track(track_id=int(track_id), changes=wanted.validated_data)))

    @documented(documentation.CHANGE)
    def partial_update(self, request: Request, track_id: str) -> Response:
        wanted = TrackSerializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        return Response(track_payload(change_track(track_id=int(track_id), changes=wanted.validated_data)))

    @documented(documentation.DELETE)
    def destroy(self, request: Request, track_id: str) -> Response:
        del request
        delete_track(track_id=int(track_id))
        return Response(status=204)
