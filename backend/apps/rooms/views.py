"""Rooms over HTTP."""

from datetime import UTC, datetime

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.rooms.models import DAYS_KEPT_EMPTY
from apps.rooms.selectors import NO_SUCH_ROOM, RoomPayload, room_payload, rooms_with_counts
from apps.rooms.serializers import NewRoomSerializer, RoomChangeSerializer
from apps.rooms.services import change_room, create_room, delete_room
from core.endpoints import LOCATION, Body, ResponseSpec, endpoint
from core.errors import ErrorSpec, NotAuthenticated, NotFound, RateLimited, invalid, raises
from core.identity import caller_of
from core.network import network_of
from core.pagination import ListOrPages
from core.rate_limits import ROOMS_OF_ADDRESS, ROOMS_OF_CALLER, check_rate_limit

EXAMPLE_ROOM = RoomPayload(
    slug="kitchen",
    name="Kitchen",
    is_public=True,
    order="manual",
    items=3,
    created_at=datetime(2025, 12, 4, 10, tzinfo=UTC),
)
BAD_ROOM = invalid("Invalid field.", name="This field may not be blank.")


@raises(NO_SUCH_ROOM)
def shown_by_slug(slug: str) -> RoomPayload:
    room = rooms_with_counts().filter(slug=slug).first()
    if room is None:
        raise NotFound("There is no such room.")
    return room_payload(room)


class RoomViewSet(viewsets.ViewSet):
    """Rooms."""

    tag = "rooms"

    @endpoint(ResponseSpec(200, "The rooms.", [EXAMPLE_ROOM]))
    def list(self, request: Request) -> Response:
        """The public rooms."""
        paginator = ListOrPages()
        rooms = paginator.paginate_queryset(rooms_with_counts().filter(is_public=True), request)
        return paginator.get_paginated_response([room_payload(room) for room in rooms])

    @endpoint(
        ResponseSpec(201, "The new room.", EXAMPLE_ROOM, LOCATION),
        body=Body(NewRoomSerializer, {"name": "Kitchen", "order": "votes"}),
        errors=[
            BAD_ROOM,
            ErrorSpec(
                NotAuthenticated, "The request has neither a guest nor an account, or an invalid token."
            ),
            create_room,
            ErrorSpec(RateLimited, "Too many requests, or too many rooms of this caller or its IP address."),
        ],
        values={"days": DAYS_KEPT_EMPTY},
    )
    def create(self, request: Request) -> Response:
        """Create a room.

        It belongs to the caller's account or guest. Without `slug`, one is derived from the name. A room with
        an empty queue is deleted after {days} days without visits and changes.
        """
        wanted = NewRoomSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        given = wanted.validated_data
        caller = caller_of(request)
        if not caller.owner_key:
            raise NotAuthenticated("Join as a guest, or log in: a room belongs to its creator.")
        check_rate_limit(ROOMS_OF_CALLER, caller.key)
        check_rate_limit(ROOMS_OF_ADDRESS, network_of(caller.address))
        room = create_room(
            caller=caller,
            name=given["name"],
            slug=given.get("slug"),
            is_public=given.get("is_public", True),
            order=given.get("order"),
        )
        location = request.build_absolute_uri(f"{request.path}{room.slug}/")
        return Response(shown_by_slug(room.slug), status=201, headers={"Location": location})

    @endpoint(ResponseSpec(200, "The room.", EXAMPLE_ROOM), errors=[shown_by_slug])
    def read(self, request: Request, slug: str) -> Response:
        """One room."""
        del request
        return Response(shown_by_slug(slug))

    @endpoint(
        ResponseSpec(200, "The changed room.", EXAMPLE_ROOM),
        body=Body(RoomChangeSerializer, {"order": "votes"}, is_partial=True),
        errors=[BAD_ROOM, change_room],
    )
    def change(self, request: Request, slug: str) -> Response:
        """Change a room (its creator and staff).

        A new `name` is broadcast as `room.renamed`.
        """
        wanted = RoomChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        changes = dict(wanted.validated_data)
        change_room(caller=caller_of(request), slug=slug, changes=changes)
        return Response(shown_by_slug(slug))

    @endpoint(ResponseSpec(204, "Deleted."), errors=[delete_room], name="delete")
    def remove(self, request: Request, slug: str) -> Response:
        """Delete a room (its creator and staff).

        Also deletes its queue and its stream. Open WebSockets are closed with 4404.
        """
        delete_room(caller=caller_of(request), slug=slug)
        return Response(status=204)
