"""What the queue's endpoints take and answer."""

from datetime import UTC, datetime

from msgspec.structs import asdict

from apps.playlist.errors import DuplicateTrack, OrderedByVotes, QueueFull
from apps.playlist.events import ItemPayload, VotedItemPayload
from apps.playlist.models import MAX_SLUG
from apps.playlist.payloads import OwnVote, PlayPayload, StopPayload
from apps.playlist.serializers import ItemChangeSerializer, NewItemSerializer, VoteSerializer
from apps.tracks.documentation import TRACK
from core.endpoints import LIST_PARAMETERS, LOCATION, Answer, Body, Endpoint, Parameter, Refusal
from core.errors import InvalidInput, NotFound, RateLimited

TAG = "playlist"
ITEM = ItemPayload(
    id=12,
    track=TRACK,
    track_id=1,
    position=1.5,
    votes=5,
    added_by="Alice",
    is_playing=False,
    added_at=datetime(2025, 12, 4, 12, 30, tzinfo=UTC),
    played_at=None,
)
PLAYED_AT = datetime(2025, 12, 4, 12, 34, 56, tzinfo=UTC)
PLAYING = ItemPayload(**{**asdict(ITEM), "is_playing": True, "played_at": PLAYED_AT})

SLUG = Parameter(
    "slug",
    "path",
    {"type": "string", "pattern": rf"^[a-z0-9-]{{1,{MAX_SLUG}}}$"},
    "The room.",
    is_required=True,
)
ITEM_ID = Parameter(
    "item_id",
    "path",
    {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
    "The item's id.",
    is_required=True,
)
SEEN_BEFORE = Parameter("If-None-Match", "header", {"type": "string"}, "An `ETag` that was given before.")
STREAM_HEADERS = {
    "X-Stream-Epoch": "The stream's incarnation.",
    "X-Stream-Seq": "The number of the last event that the list contains.",
    "ETag": "Names this state, for `If-None-Match`.",
}
TOP_HEADERS = {
    "X-Stream-Epoch": "The stream's incarnation.",
    "X-Stream-Seq": "Whoever has the stream up to this event has all of this write, also if it told nothing.",
}

VOTES_HEADERS = {
    "X-Stream-Epoch": "The stream's incarnation.",
    "X-Stream-Seq": "The votes are those of this moment of the stream.",
}

NO_SUCH_ROOM = Refusal(NotFound, "There is no such room.")
NO_SUCH_ITEM = Refusal(NotFound, "There is no such room, or no such item in its queue.")
NO_SUCH_PAGE = Refusal(NotFound, "There is no such room, or no such page.")
BAD_PARAMETER = Refusal(
    InvalidInput, "A parameter makes no sense.", {"limit": ["Must be a whole number from 1 to 1000."]}
)
ALREADY_QUEUED = Refusal(
    DuplicateTrack, "The track is in this queue already.", {"track_id": 5, "item_id": 12}
)
FULL = Refusal(QueueFull, "The room holds as many items as it may.", {"max_items": 1000})

LIST = Endpoint(
    tag=TAG,
    name="list",
    summary="The queue, in order",
    description="All of it belongs to one moment; events after `X-Stream-Seq` come next.",
    parameters=(SLUG, SEEN_BEFORE, *LIST_PARAMETERS),
    answers=(
        Answer(200, "The items.", list[ItemPayload], [ITEM], STREAM_HEADERS, is_list=True),
        Answer(
            304, "Nothing has happened since the state that `If-None-Match` names.", headers=STREAM_HEADERS
        ),
    ),
    refusals=(BAD_PARAMETER, NO_SUCH_PAGE),
)
ADD = Endpoint(
    tag=TAG,
    name="add",
    summary="Add a track to the queue",
    description=(
        "`track_id` (or `track`) names the track; at most one of `position`, `after`, `before` says where, "
        "else it is the end. Where votes decide the order, the place is passed over. `added_by` says the "
        "name of a caller who has none; an account or a guest with a name adds under that one. "
        "Told as `track.added`."
    ),
    parameters=(SLUG,),
    body=Body(NewItemSerializer, "NewItem", {"track_id": 5, "added_by": "Alice"}),
    answers=(Answer(201, "The new item.", ItemPayload, ITEM, {**LOCATION, **TOP_HEADERS}),),
    refusals=(
        Refusal(InvalidInput, "A field makes no sense.", {"track_id": ["This field is required."]}),
        Refusal(NotFound, "There is no such room, or no such track in the library."),
        ALREADY_QUEUED,
        FULL,
        Refusal(RateLimited, "Too many requests, or too many tracks added by this voter."),
    ),
)
READ = Endpoint(
    tag=TAG,
    name="read",
    summary="One item",
    parameters=(SLUG, ITEM_ID),
    answers=(Answer(200, "The item.", ItemPayload, ITEM),),
    refusals=(NO_SUCH_ITEM,),
)
CHANGE = Endpoint(
    tag=TAG,
    name="change",
    summary="Move an item, start it, stop it",
    description=(
        "At most one of `position`, `after`, `before`. Where the item stands already, nothing is told; a "
        "named neighbour that has gone meanwhile stands for where it was. Told as `track.moved` and "
        "`track.playing`."
    ),
    parameters=(SLUG, ITEM_ID),
    body=Body(ItemChangeSerializer, "ItemChange", {"after": 11}),
    answers=(Answer(200, "The item as it is now.", ItemPayload, ITEM, TOP_HEADERS),),
    refusals=(
        Refusal(
            InvalidInput,
            "A field makes no sense.",
            {"after": ["There is no such item in this room, and there was none."]},
        ),
        NO_SUCH_ITEM,
        Refusal(OrderedByVotes, "Votes decide the order of this room."),
        Refusal(RateLimited, "Too many requests, or too many moves by this voter."),
    ),
)
REMOVE = Endpoint(
    tag=TAG,
    name="remove",
    summary="Remove an item",
    description="If it plays, its play ends. Told as `track.removed`. It can be restored for 10 minutes.",
    parameters=(SLUG, ITEM_ID),
    answers=(Answer(204, "It is gone.", headers=TOP_HEADERS),),
    refusals=(NO_SUCH_ITEM,),
)
RESTORE = Endpoint(
    tag=TAG,
    name="restore",
    summary="Bring a removed item back",
    description=(
        "With its id and its votes, after the item that it stood after, or the nearest sensible place. Told "
        "as `track.added`. An item that is there already stays as it is."
    ),
    parameters=(SLUG, ITEM_ID),
    answers=(Answer(200, "The item.", ItemPayload, ITEM, TOP_HEADERS),),
    refusals=(
        Refusal(NotFound, "There is no such room, or nothing to restore: items are kept for 10 minutes."),
        Refusal(DuplicateTrack, "The track was queued again meanwhile.", {"track_id": 5, "item_id": 13}),
        FULL,
    ),
)
VOTE = Endpoint(
    tag=TAG,
    name="vote",
    summary="Vote for an item, or against it",
    description=(
        "Either `direction`, which moves the caller's own vote one step within −1 … +1, or `value`, which "
        "sets it. Told as `track.voted`, and as `track.moved` where votes decide the order."
    ),
    parameters=(SLUG, ITEM_ID),
    body=Body(VoteSerializer, "Vote", {"direction": "up"}),
    answers=(
        Answer(
            200,
            "The item with the caller's vote.",
            VotedItemPayload,
            VotedItemPayload(**asdict(ITEM), my_vote=1),
            TOP_HEADERS,
        ),
    ),
    refusals=(
        Refusal(
            InvalidInput,
            "Neither or both were given, or one that makes no sense.",
            {"direction": ["Give either direction or value."]},
        ),
        NO_SUCH_ITEM,
        Refusal(RateLimited, "Too many requests, or too many votes of this voter."),
    ),
)
MY_VOTES = Endpoint(
    tag=TAG,
    name="my_votes",
    summary="The caller's own votes in this room",
    parameters=(SLUG,),
    answers=(Answer(200, "Votes by item id.", dict[str, OwnVote], {"12": 1, "15": -1}, VOTES_HEADERS),),
    refusals=(NO_SUCH_ROOM,),
)
PLAY = Endpoint(
    tag=TAG,
    name="play",
    summary="Play an item",
    description=(
        "It stays in the queue; whatever played before stops, and its play goes to the history. Told as "
        "`track.playing`; what plays already goes on. No body is needed."
    ),
    parameters=(SLUG, ITEM_ID),
    answers=(Answer(200, "The item.", ItemPayload, PLAYING, TOP_HEADERS),),
    refusals=(NO_SUCH_ITEM,),
)
STOP = Endpoint(
    tag=TAG,
    name="stop",
    summary="Stop what plays",
    description="Told as `track.playing` with `id` null. No body is needed.",
    parameters=(SLUG,),
    answers=(Answer(200, "Nothing plays, also when nothing did.", StopPayload, StopPayload(), TOP_HEADERS),),
    refusals=(NO_SUCH_ROOM,),
)
HISTORY = Endpoint(
    tag=TAG,
    name="history",
    summary="The last 20 plays that have ended, newest first",
    description="The items as they were, also when they have left the queue or the library.",
    parameters=(SLUG, *LIST_PARAMETERS),
    answers=(
        Answer(
            200,
            "The plays.",
            list[PlayPayload],
            [PlayPayload(**asdict(PLAYING), ended_at=datetime(2025, 12, 4, 12, 40, 51, tzinfo=UTC))],
            is_list=True,
        ),
    ),
    refusals=(BAD_PARAMETER, NO_SUCH_PAGE),
)
