"""What polling and streaming take and answer."""

from apps.playlist.documentation import ITEM, NO_SUCH_ROOM, SLUG, TAG
from apps.playlist.models import STREAM_KIND
from apps.realtime.documentation import LAST_EVENT_ID, POLL_PARAMETERS, POSITION_PARAMETERS, poll_type
from apps.realtime.kinds import kind_named
from core.endpoints import Answer, Endpoint, Later, Refusal
from core.errors import InvalidInput, RateLimited

BAD_POSITION = Refusal(
    InvalidInput,
    "A parameter makes no sense, or only one of `epoch` and `since` was given.",
    {"epoch": ["The epoch that an earlier answer named is needed."]},
)
TOO_MANY = Refusal(RateLimited, "Too many requests or joins, or too many open from this address.")
EVENT = {
    "type": "track.voted",
    "payload": ITEM,
    "room": "main",
    "epoch": "k3v9",
    "seq": 42,
    "ts": "2025-12-04T12:34:56.789Z",
    "op_id": None,
}

EVENTS = Endpoint(
    tag=TAG,
    name="events",
    summary="The events after a moment, for clients that poll",
    description=(
        "Ask again from the `seq` of the answer. Without `epoch` and `since`, and where the log can't give "
        "what comes after them, `events` is empty and `snapshot` holds the whole state. The events are "
        "frames of `/api/events.schema.json`."
    ),
    parameters=(SLUG, *POLL_PARAMETERS),
    answers=(
        Answer(
            200,
            "Events or a snapshot. `seq` is where to go on, `top` the highest that there is.",
            Later(lambda: poll_type(kind_named(STREAM_KIND))),
            {"epoch": "k3v9", "seq": 42, "top": 42, "events": [EVENT], "snapshot": None},
        ),
    ),
    refusals=(BAD_POSITION, NO_SUCH_ROOM, TOO_MANY),
    negotiates=False,
)
STREAM = Endpoint(
    tag=TAG,
    name="stream",
    summary="The events as they come, as server-sent events",
    description=(
        "The same frames as the socket's, one in each `data:`. `id:` is `epoch:seq`, so that a browser "
        "resumes by itself. The answer does not end."
    ),
    parameters=(SLUG, *POSITION_PARAMETERS, LAST_EVENT_ID),
    answers=(Answer(200, "Frames of `/api/events.schema.json`.", str),),
    refusals=(BAD_POSITION, NO_SUCH_ROOM, TOO_MANY),
    negotiates=False,
    produces="text/event-stream",
)
