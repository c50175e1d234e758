"""What the endpoints of analytics take and answer."""

from datetime import UTC, date, datetime

from apps.analytics.payloads import (
    ActivityPayload,
    CountsByTypePayload,
    DateCountPayload,
    EngagementPayload,
    NamedCountPayload,
    NamedTrendPayload,
    SummaryPayload,
    TrackCountPayload,
    TrackTrendPayload,
    TrendsPayload,
)
from apps.analytics.serializers import MAX_ACTIVITIES, ActivitySerializer
from apps.tracks.documentation import TRACK
from core.endpoints import Answer, Body, Endpoint, Parameter, Refusal
from core.errors import InvalidInput, NotAuthenticated, NotFound, NotPermitted, RateLimited

TAG = "analytics"
AT = datetime(2025, 12, 4, 10, tzinfo=UTC)
BY_TYPE = CountsByTypePayload(play=40, like=6, skip=3)
ACTIVITY = ActivityPayload(
    id=31,
    user_id=1,
    track_id=1,
    recommendation_id=None,
    activity_type="play",
    context={"room": "kitchen"},
    occurred_at=AT,
    received_at=AT,
)
NOBODY = Refusal(NotAuthenticated, "Nobody is logged in, or a token is not valid.")
ZONE = Parameter(
    "tz",
    "query",
    {"type": "string", "minLength": 1},
    "The time zone, as in `Europe/Berlin`, that days and hours are of; without it UTC.",
)
BAD_ZONE = Refusal(InvalidInput, "There is no such time zone.", {"tz": ["There is no such time zone; …"]})
FIGURES = Answer(
    200,
    "What the person does.",
    EngagementPayload,
    EngagementPayload(
        user_id=1,
        activities=49,
        activities_7d=12,
        by_type=BY_TYPE,
        like_rate=0.15,
        skip_rate=0.075,
        top_artists=[NamedCountPayload("Queen", 9)],
        top_genres=[NamedCountPayload("rock", 21)],
        top_tracks=[TrackCountPayload(TRACK, 4)],
        by_day=[DateCountPayload(date(2025, 12, 4), 12), DateCountPayload(date(2025, 12, 1), 37)][::-1],
        by_hour=[*[0] * 19, 20, 19, 10, 0, 0],
    ),
)
FIGURES_DESCRIPTION = (
    "All since ever, but `activities_7d`: today and the six days before it. Favourites are what was played, "
    "liked or shared most. `by_day` has the days on which there was anything, the latest 1,000 of them; "
    "`by_hour` 24 counts. Rates are over plays, null without any."
)

RECORD = Endpoint(
    tag=TAG,
    name="record",
    summary="Tell what you have done with a track",
    description=(
        f"One activity, or a list of up to {MAX_ACTIVITIES} that are stored all or not at all; the answer to "
        "a list is a list, and an error in it names the field with its place (`3.track_id`). Exactly one of "
        "`track_id` and `recommendation_id`; `interaction` and `interaction_type` stand for `activity_type`. "
        "`occurred_at` is now without it, and may lie 5 minutes ahead. A person tells at most 2,000 an "
        "hour and 20,000 a day, of which each of a list is one."
    ),
    body=Body(
        ActivitySerializer,
        "NewActivity",
        {"track_id": 1, "activity_type": "play", "context": {"room": "kitchen"}},
    ),
    answers=(Answer(201, "What was stored.", ActivityPayload | list[ActivityPayload], ACTIVITY),),
    refusals=(
        NOBODY,
        Refusal(NotPermitted, "`user_id` is somebody else's, or a page of another origin sent it."),
        Refusal(NotFound, "There is no such track, or no such recommendation.", {"track_id": 77}),
        Refusal(
            InvalidInput,
            "A field makes no sense.",
            {"occurred_at": ["Lies more than 5 minutes in the future."]},
        ),
        Refusal(RateLimited, "Too many requests, or too many activities of this person: none is stored."),
    ),
)
SUMMARY = Endpoint(
    tag=TAG,
    name="read",
    summary="Everything at a glance",
    description="`_7d` is today and the six days before it, in UTC. No person can be told from it.",
    answers=(
        Answer(
            200,
            "The figures.",
            SummaryPayload,
            SummaryPayload(
                users=12,
                active_users_7d=5,
                tracks=35,
                recommendations=240,
                activities=49,
                activities_7d=12,
                by_type=BY_TYPE,
                room_plays=88,
                generated_at=AT,
            ),
        ),
    ),
)
TRENDS = Endpoint(
    tag=TAG,
    name="read",
    summary="What is played, liked and shared most, and how that changed",
    description=(
        "Of the last `days` UTC days, today included; `previous` is of as many days before them, `change` is "
        "`count − previous`. A person counts once for a track, a kind and an hour. Artists and genres "
        "that differ only in case are one."
    ),
    parameters=(
        Parameter("days", "query", {"type": "integer", "minimum": 1, "maximum": 90}, "So many days (7)."),
        Parameter(
            "limit", "query", {"type": "integer", "minimum": 1, "maximum": 100}, "Of each so many (10)."
        ),
    ),
    answers=(
        Answer(
            200,
            "The trends.",
            TrendsPayload,
            TrendsPayload(
                days=7,
                first=date(2025, 11, 28),
                last=date(2025, 12, 4),
                artists=[NamedTrendPayload("Queen", 9, 4, 5)],
                genres=[NamedTrendPayload("rock", 21, 30, -9)],
                tracks=[TrackTrendPayload(TRACK, 4, 0, 4)],
            ),
        ),
    ),
    refusals=(
        Refusal(
            InvalidInput, "A parameter makes no sense.", {"days": ["Must be a whole number from 1 to 90."]}
        ),
    ),
)
ME = Endpoint(
    tag=TAG,
    name="read",
    summary="What you do",
    description=FIGURES_DESCRIPTION,
    parameters=(ZONE,),
    answers=(FIGURES,),
    refusals=(NOBODY, BAD_ZONE),
)
PERSON = Endpoint(
    tag=TAG,
    name="read",
    summary="What somebody does (that person, and staff)",
    description=FIGURES_DESCRIPTION,
    parameters=(
        Parameter(
            "user_id",
            "path",
            {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
            "The person's id.",
            is_required=True,
        ),
        ZONE,
    ),
    answers=(FIGURES,),
    refusals=(
        NOBODY,
        BAD_ZONE,
        Refusal(NotPermitted, "Somebody else is logged in; the same whether or not there is such a person."),
        Refusal(NotFound, "There is no such person; told to staff."),
    ),
)
