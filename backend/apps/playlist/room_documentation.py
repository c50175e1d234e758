"""What the endpoints of rooms take and answer."""

from datetime import UTC, datetime

from apps.playlist.documentation import BAD_PARAMETER, NO_SUCH_ROOM, SLUG
from apps.playlist.models import DAYS_KEPT_EMPTY
from apps.playlist.payloads import RoomPayload
from apps.playlist.serializers import NewRoomSerializer, RoomChangeSerializer
from core.endpoints import LIST_PARAMETERS, LOCATION, Answer, Body, Endpoint, Refusal
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, NotPermitted, RateLimited

TAG = "rooms"
ROOM = RoomPayload(
    slug="kitchen",
    name="Kitchen",
    is_public=True,
    order="manual",
    items=3,
    created_at=datetime(2025, 12, 4, 10, tzinfo=UTC),
)
NOT_ITS_OWNER = Refusal(
    NotPermitted, "The caller neither created the room nor is staff, or a page of another origin sent it."
)
BAD_ROOM = Refusal(InvalidInput, "A field makes no sense.", {"name": ["This field may not be blank."]})

LIST = Endpoint(
    tag=TAG,
    name="list",
    summary="The public rooms",
    parameters=LIST_PARAMETERS,
    answers=(Answer(200, "The rooms.", list[RoomPayload], [ROOM], is_list=True),),
    refusals=(BAD_PARAMETER, Refusal(NotFound, "There is no such page.")),
)
CREATE = Endpoint(
    tag=TAG,
    name="create",
    summary="Make a room",
    description=(
        "It belongs to the caller's account or guest. Without `slug` one is made from the name. A room whose "
        f"queue is empty goes when it was neither entered nor changed for {DAYS_KEPT_EMPTY} days."
    ),
    body=Body(NewRoomSerializer, "NewRoom", {"name": "Kitchen", "order": "votes"}),
    answers=(Answer(201, "The new room.", RoomPayload, ROOM, LOCATION),),
    refusals=(
        BAD_ROOM,
        Refusal(NotAuthenticated, "Neither a guest nor an account asks, or a token is not valid."),
        Refusal(Conflict, "A room of that slug exists.", {"slug": "kitchen"}),
        Refusal(RateLimited, "Too many requests, or too many rooms of this caller or its address."),
    ),
)
READ = Endpoint(
    tag=TAG,
    name="read",
    summary="One room",
    parameters=(SLUG,),
    answers=(Answer(200, "The room.", RoomPayload, ROOM),),
    refusals=(NO_SUCH_ROOM,),
)
CHANGE = Endpoint(
    tag=TAG,
    name="change",
    summary="Change a room (whoever created it, and staff)",
    description="A new `name` is told as `room.renamed`.",
    parameters=(SLUG,),
    body=Body(RoomChangeSerializer, "RoomChange", {"order": "votes"}, is_partial=True),
    answers=(Answer(200, "The room as it is now.", RoomPayload, ROOM),),
    refusals=(BAD_ROOM, NOT_ITS_OWNER, NO_SUCH_ROOM),
)
DELETE = Endpoint(
    tag=TAG,
    name="delete",
    summary="Delete a room (whoever created it, and staff)",
    description="With its queue and its stream: open sockets are closed with 4404.",
    parameters=(SLUG,),
    answers=(Answer(204, "It is gone."),),
    refusals=(NOT_ITS_OWNER, NO_SUCH_ROOM, Refusal(Conflict, "The main room always exists.")),
)
