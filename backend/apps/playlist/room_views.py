"""Rooms over HTTP."""

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.playlist import room_documentation as documentation
from apps.playlist.payloads import RoomPayload, room_payload
from apps.playlist.room_services import change_room, create_room, delete_room
from apps.playlist.selectors import rooms_with_counts
from apps.playlist.serializers import NewRoomSerializer, RoomChangeSerializer
from core.addresses import network_of
from core.endpoints import documented
from core.errors import NotAuthenticated, NotFound
from core.identity import caller_of
from core.limits import ROOMS_OF_ADDRESS, ROOMS_OF_CALLER
from core.pagination import ListOrPages
from core.rate_limits import count_against


class RoomViewSet(viewsets.ViewSet):
    """Places people share."""

    @documented(documentation.LIST)
    def list(self, request: Request) -> Response:
        paginator = ListOrPages()
        rooms = paginator.paginate_queryset(rooms_with_counts().filter(is_public=True), request)
        return paginator.get_paginated_response([room_payload(room) for room in rooms])

    @documented(documentation.CREATE)
    def create(self, request: Request) -> Response:
        wanted = NewRoomSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        given = wanted.validated_data
        caller = caller_of(request._request)
        if not caller.owner_key:
            raise NotAuthenticated("Join in as a guest, or log in: a room belongs to whoever makes it.")
        count_against(ROOMS_OF_CALLER, caller.key)
        count_against(ROOMS_OF_ADDRESS, network_of(caller.address))
        room = create_room(
            caller=caller,
            name=given["name"],
            slug=given.get("slug"),
            is_public=given.get("is_public", True),
            order=given.get("order"),
        )
        location = request.build_absolute_uri(f"{request.path}{room.slug}/")
        return Response(shown_by_slug(room.slug), status=201, headers={"Location": location})

    @documented(documentation.READ)
    def retrieve(self, request: Request, slug: str) -> Response:
        del request
        return Response(shown_by_slug(slug))

    @documented(documentation.CHANGE)
    def partial_update(self, request: Request, slug: str) -> Response:
        wanted = RoomChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        changes = dict(wanted.validated_data)
        change_room(caller=caller_of(request._request), slug=slug, changes=changes)
        return Response(shown_by_slug(slug))

    @documented(documentation.DELETE)
    def destroy(self, request: Request, slug: str) -> Response:
        delete_room(caller=caller_of(request._request), slug=slug)
        return Response(status=204)


def shown_by_slug(slug: str) -> RoomPayload:
    """Raises NotFound."""
    room = rooms_with_counts().filter(slug=slug).first()
    if room is None:
        raise NotFound("There is no such room.")
    return room_payload(room)
