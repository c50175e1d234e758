"""What the chart of a room takes and answers."""

from datetime import date

from apps.charts.documentation import ARTIST, ISRC, NAME, TAG
from apps.charts.payloads import ChartChange, ChartMovement, ChartPlays
from apps.charts.rooms.payloads import RoomChartAnswer, RoomChartEntryPayload, RoomChartPayload
from apps.charts.rooms.ranking import PLACES
from apps.charts.rooms.selectors import WEEKS_LOOKED_AT
from apps.playlist.documentation import NO_SUCH_ROOM, SLUG
from core.endpoints import Answer, Endpoint, Parameter, Refusal
from core.errors import InvalidInput

WEEK = Parameter(
    "week",
    "query",
    {"type": "string", "pattern": "^(19[89][0-9]|[2-9][0-9]{3})-W(0[1-9]|[1-4][0-9]|5[0-3])$"},
    "A week that is past, or this one, as ISO 8601 numbers them. Weeks begin on Monday, in UTC. Without it "
    "this week.",
)
CHART = RoomChartAnswer(
    "success",
    "The chart of kitchen of 2025-W49.",
    RoomChartPayload(
        genre="",
        date=date(2025, 12, 7),
        compared_with=date(2025, 11, 30),
        is_sample=False,
        sources=[],
        tracks=[
            RoomChartEntryPayload(
                rank=1,
                isrc=ISRC,
                name=NAME,
                artist=ARTIST,
                album="",
                cover_url="",
                services={},
                plays=ChartPlays(total=4),
                counts={},
                change=ChartChange(week=1),
                days_on_chart=3,
                peak=1,
                movement=ChartMovement("up", 2),
                track_id=1,
                votes=7,
            )
        ],
        room="kitchen",
        week="2025-W49",
    ),
    is_sample=False,
)
READ = Endpoint(
    tag=TAG,
    name="read",
    summary="What a room plays and loves, by week",
    description=(
        "In the shape of `/api/charts/{genre}/`. Each play that began in the week is a point, and so is each "
        "vote that an item had when it was last played (votes against count less); equals stand by plays, "
        f"then by who was played first. At most {PLACES} tracks. Tracks are told apart by ISRC, else by "
        "their id in the library, and shown as they were played; what has left the library stays, with "
        "`track_id` null.\n\n"
        "`plays.total` is how often the room played it that week, `change.7d` how much more that is than the "
        "week before; services, the other figures and the other changes are not a room's, and empty or null. "
        "`movement` is since the week before. `days_on_chart` counts charts, as everywhere: here weeks. It, "
        f"`peak` and returns look back {WEEKS_LOOKED_AT} weeks, that one included. `genre` is empty, `date` "
        "the last day that is counted."
    ),
    parameters=(SLUG, WEEK),
    answers=(Answer(200, "The chart; a week without a play has no tracks.", RoomChartAnswer, CHART),),
    refusals=(
        NO_SUCH_ROOM,
        Refusal(
            InvalidInput, "The week lies ahead, or is none.", {"week": ["Weeks are written like 2025-W49."]}
        ),
    ),
    is_enveloped=True,
)
