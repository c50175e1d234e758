"""What the endpoints of recommendations take and answer."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from apps.jobs.payloads import JobPayload, RequestedJobPayload
from apps.playlist.documentation import SLUG
from apps.recommendations.payloads import (
    PersonRecommendationsPayload,
    ReasonPayload,
    RecommendationPayload,
    RecommendedTrackPayload,
    RoomRecommendationsPayload,
)
from apps.recommendations.serializers import MOST_SHOWN, RefreshSerializer
from apps.tracks.documentation import TRACK
from apps.tracks.payloads import TrackPayload
from core.endpoints import LOCATION, Answer, Body, Endpoint, Parameter, Refusal
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, NotPermitted, RateLimited

TAG = "recommendations"
AT = datetime(2025, 12, 4, 10, tzinfo=UTC)
JOB_ID = "5f0c0c3e-2f43-4d0a-9a55-0c6f4f6d3f5e"
RECOMMENDATION = RecommendationPayload(
    id=77,
    rank=1,
    score=0.83,
    track=RecommendedTrackPayload(**msgspec.structs.asdict(TRACK)),
    provider="library",
    reasons=[ReasonPayload("similar_to_liked", "Because you liked So What", 5)],
    preview_url=None,
    external_url=None,
)
SHOWN: dict[str, Any] = {
    "source": "cache",
    "generated_at": AT,
    "stale": False,
    "missing_sources": [],
    "count": 1,
    "recommendations": [RECOMMENDATION],
}
WHAT_IT_TELLS = (
    "Each has at least one reason, the best first. `source` is `cache`, `database`, or `computed`: made just "
    "now. `stale` when it was made over 12 hours ago; it is then being made anew. `missing_sources` names "
    "those that did not answer when it was made. What is not in the library has a `track` whose `id` is "
    "null, until `POST /api/recommendations/{recommendation_id}/track/` brings it in."
)
USER_ID = Parameter(
    "user_id",
    "path",
    {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
    "The person's id.",
    is_required=True,
)
LIMIT = Parameter(
    "limit",
    "query",
    {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN},
    "At most so many; without it as many as the last refresh said, else 20.",
)
ROOM_OF_QUEUE = Parameter(
    "room", "query", {"type": "string"}, "The slug of a room: what is in its queue is left out."
)
NOBODY = Refusal(NotAuthenticated, "Nobody is logged in, or a token is not valid.")
NOT_OWN = Refusal(
    NotPermitted,
    "It is somebody else's, whether or not there is such a person; or a page of another origin sent it.",
)
BAD_LIMIT = Refusal(
    InvalidInput, "A parameter makes no sense.", {"limit": ["Must be a whole number from 1 to 100."]}
)
NO_ROOM = Refusal(NotFound, "There is no such room.", {"room": "attic"})

READ = Endpoint(
    tag=TAG,
    name="read",
    summary="What somebody might like (that person, and staff)",
    description=(
        f"{WHAT_IT_TELLS} What the person skipped or disliked lately is not among them, nor are artists of "
        "whom they disliked a track and liked none."
    ),
    parameters=(USER_ID, LIMIT, ROOM_OF_QUEUE),
    answers=(
        Answer(
            200,
            "The recommendations, best first.",
            PersonRecommendationsPayload,
            PersonRecommendationsPayload(user_id=1, **SHOWN),
        ),
    ),
    refusals=(NOBODY, NOT_OWN, BAD_LIMIT, Refusal(NotFound, "There is no such person, or no such room.")),
)
READ_ME = replace(
    READ,
    summary="What you might like",
    parameters=(LIMIT, ROOM_OF_QUEUE),
    refusals=(NOBODY, BAD_LIMIT, NO_ROOM),
)
REFRESH = Endpoint(
    tag=TAG,
    name="refresh",
    summary="Have somebody's recommendations made anew (that person, and staff)",
    description=(
        "A job does it, and asks sources outside, too. While one is open for this person, whoever asks gets "
        "the same one. Seeds go before what the profile says, in this one list; `limit` is what a reading "
        "without one shows afterwards."
    ),
    parameters=(USER_ID,),
    body=Body(
        RefreshSerializer,
        "Refresh",
        {"limit": 20, "seed_genres": ["jazz"], "seed_artists": ["Miles Davis"]},
        is_required=False,
    ),
    answers=(
        Answer(
            202,
            "The job. `status_url` says how far it is.",
            RequestedJobPayload,
            RequestedJobPayload(
                job_id=JOB_ID,
                status="queued",
                status_url=f"http://localhost:4000/api/recommendations/jobs/{JOB_ID}/",
            ),
        ),
    ),
    refusals=(
        NOBODY,
        NOT_OWN,
        Refusal(
            InvalidInput,
            "A field makes no sense.",
            {"seed_genres": ["Ensure this field has no more than 20 elements."]},
        ),
        Refusal(NotFound, "There is no such person; told to staff."),
        Refusal(RateLimited, "Too many requests, or too many refreshes of this person within an hour."),
    ),
)
REFRESH_ME = replace(REFRESH, summary="Have your recommendations made anew", parameters=())
JOB = Endpoint(
    tag=TAG,
    name="read",
    summary="How far a refresh is (whose it is, and staff)",
    description=(
        "`queued`, `running`, `succeeded` or `failed`; `error.code` says why it failed. `WORKER_AWAY`: "
        "nobody runs jobs; `WORKER_LOST`: each worker that began it died."
    ),
    parameters=(
        Parameter("job_id", "path", {"type": "string", "format": "uuid"}, "The job's id.", is_required=True),
    ),
    answers=(
        Answer(
            200,
            "The job as it stands.",
            JobPayload,
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
    ),
    refusals=(NOBODY, Refusal(NotFound, "There is no such job, or it is somebody else's.")),
)
BRING_IN = Endpoint(
    tag=TAG,
    name="bring_in",
    summary="Have what was recommended in the library, so that it can be queued",
    description=(
        "A track from outside becomes one of the library: that of the same ISRC, else of the same title and "
        "artist, whatever their spelling, else a new one. What is in the library is answered as it is."
    ),
    parameters=(
        Parameter(
            "recommendation_id",
            "path",
            {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
            "The recommendation's id.",
            is_required=True,
        ),
    ),
    answers=(
        Answer(200, "The library has had it.", TrackPayload, TRACK, LOCATION),
        Answer(201, "It is new in the library.", TrackPayload, TRACK, LOCATION),
    ),
    refusals=(
        NOBODY,
        Refusal(NotFound, "There is no such recommendation, or it is somebody else's."),
        Refusal(Conflict, "The library can't hold what is told of this track."),
    ),
)
ROOM = Endpoint(
    tag=TAG,
    name="read",
    summary="What those who are in a room now might like together",
    description=(
        f"{WHAT_IT_TELLS} Mostly what the least pleased of them says counts; nobody's disliked artist is "
        "among them, nor what is in the queue. Accounts count while one of their sockets is open, and a "
        "minute after; guests for two hours after a vote or an add. In an empty room it is what goes with "
        "the queue, and what is popular."
    ),
    parameters=(SLUG, LIMIT),
    answers=(
        Answer(
            200,
            "The recommendations, best first.",
            RoomRecommendationsPayload,
            RoomRecommendationsPayload(room="main", **SHOWN),
        ),
    ),
    refusals=(BAD_LIMIT, NO_ROOM),
)
