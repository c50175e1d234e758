"""What the library's endpoints take and answer."""

from datetime import UTC, datetime

from apps.tracks.facts import MAX_GENRE
from apps.tracks.payloads import GenrePayload, TrackPayload
from apps.tracks.serializers import MAX_SEARCH, ORDERINGS, TrackSerializer
from core.endpoints import LIST_PARAMETERS, LOCATION, Answer, Body, Endpoint, Parameter, Refusal
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, NotPermitted

TAG = "tracks"
TRACK = TrackPayload(
    id=1,
    title="Bohemian Rhapsody",
    artist="Queen",
    album="A Night at the Opera",
    duration_seconds=355,
    duration_formatted="5:55",
    genre="rock",
    cover_url=None,
    isrc="GBUM71029604",
    created_at=datetime(2025, 12, 4, 10, tzinfo=UTC),
)
FACTS = {
    "title": "Bohemian Rhapsody",
    "artist": "Queen",
    "album": "A Night at the Opera",
    "duration_seconds": 355,
    "genre": "rock",
    "cover_url": None,
    "isrc": "GBUM71029604",
}
TRACK_ID = Parameter(
    "track_id",
    "path",
    {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
    "The track's id.",
    is_required=True,
)
NO_SUCH_TRACK = Refusal(NotFound, "There is no such track.")
ONLY_STAFF = (
    Refusal(NotAuthenticated, "Nobody is logged in, or a token is not valid."),
    Refusal(NotPermitted, "The account is not staff, or a page of another origin sent it."),
)
ISRC_TAKEN = Refusal(Conflict, "Another track has this ISRC.", {"isrc": "GBUM71029604", "track_id": 1})
BAD_FACTS = Refusal(InvalidInput, "A field makes no sense.", {"title": ["This field may not be blank."]})
SEARCH_HEADERS = {
    "X-Match-Count": (
        "Of a search without `ordering`, where all were counted: how many match. `0`: these rows are near."
    ),
    "X-Total-Is-Least": "`true` when there are too many to be counted: there are at least the total.",
}

LIST = Endpoint(
    tag=TAG,
    name="list",
    summary="Search the library",
    description=(
        "Every word of `search` must match title, artist or album, or the name of the genre; case and "
        "accents do not matter. Without `ordering` the lowest id comes first, and when searching the best "
        "match: the title is the query, it starts with it, the artist does, the rest, then those that match "
        "only with their genre; equals by id. Where no track matches, and there is no `ordering`, up to 20 "
        "are answered that are near: other letters, spaces or scripts; `X-Match-Count` is 0 then. In a "
        "library of more than 20,000 tracks, matches beyond 1,000 are counted only for pages: else "
        "`X-Total-Is-Least` is there, and `Link` leads on to the end all the same."
    ),
    parameters=(
        Parameter("search", "query", {"type": "string", "maxLength": MAX_SEARCH}, "Words to look for."),
        Parameter(
            "genre", "query", {"type": "string", "maxLength": MAX_GENRE}, "Only this genre, in any case."
        ),
        Parameter(
            "ordering",
            "query",
            {"type": "string", "enum": ORDERINGS},
            "What to sort by; `-` turns it around.",
        ),
        *LIST_PARAMETERS,
    ),
    answers=(
        Answer(200, "The tracks that match.", list[TrackPayload], [TRACK], SEARCH_HEADERS, is_list=True),
    ),
    refusals=(
        Refusal(
            InvalidInput, "A parameter makes no sense.", {"ordering": ["Must be one of title, artist, …"]}
        ),
        Refusal(NotFound, "There is no such page."),
    ),
)
GENRES = Endpoint(
    tag=TAG,
    name="genres",
    summary="Every genre with how many tracks it has",
    parameters=LIST_PARAMETERS,
    answers=(
        Answer(200, "The genres.", list[GenrePayload], [GenrePayload(genre="rock", count=7)], is_list=True),
    ),
    refusals=(
        Refusal(InvalidInput, "A parameter makes no sense.", {"limit": ["Must be a whole number …"]}),
        Refusal(NotFound, "There is no such page."),
    ),
)
READ = Endpoint(
    tag=TAG,
    name="read",
    summary="One track",
    parameters=(TRACK_ID,),
    answers=(Answer(200, "The track.", TrackPayload, TRACK),),
    refusals=(NO_SUCH_TRACK,),
)
CREATE = Endpoint(
    tag=TAG,
    name="create",
    summary="Add a track to the library (staff)",
    body=Body(TrackSerializer, "TrackFacts", FACTS),
    answers=(Answer(201, "The new track.", TrackPayload, TRACK, LOCATION),),
    refusals=(*ONLY_STAFF, BAD_FACTS, ISRC_TAKEN),
)
REPLACE = Endpoint(
    tag=TAG,
    name="replace",
    summary="Replace what is known of a track (staff)",
    description="Every queue that holds the track is told, as `track.updated`.",
    parameters=(TRACK_ID,),
    body=Body(TrackSerializer, "TrackFacts", FACTS),
    answers=(Answer(200, "The track as it is now.", TrackPayload, TRACK),),
    refusals=(*ONLY_STAFF, BAD_FACTS, NO_SUCH_TRACK, ISRC_TAKEN),
)
CHANGE = Endpoint(
    tag=TAG,
    name="change",
    summary="Correct a track (staff)",
    description="Only what is given changes. Every queue that holds the track is told, as `track.updated`.",
    parameters=(TRACK_ID,),
    body=Body(TrackSerializer, "TrackChange", {"album": "A Night at the Opera"}, is_partial=True),
    answers=(Answer(200, "The track as it is now.", TrackPayload, TRACK),),
    refusals=(*ONLY_STAFF, BAD_FACTS, NO_SUCH_TRACK, ISRC_TAKEN),
)
DELETE = Endpoint(
    tag=TAG,
    name="delete",
    summary="Delete a track, and its items from every queue (staff)",
    parameters=(TRACK_ID,),
    answers=(Answer(204, "It is gone."),),
    refusals=(*ONLY_STAFF, NO_SUCH_TRACK),
)
