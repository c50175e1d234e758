"""A room's chart: its tracks of a week, ranked by plays and votes, in the shape of a genre's chart."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

import msgspec

from apps.charts.payloads import (
    ChartChange,
    ChartCount,
    ChartMovement,
    ChartPlays,
    ChartServiceRank,
    ChartSource,
    Day,
    Success,
)
from apps.charts.selectors.charts import movement
from apps.playlist.models import Play
from apps.realtime.decorators import cache_result
from apps.rooms.selectors import NO_SUCH_ROOM, room_for
from core.database import consistent_read
from core.errors import raises

# --- Ranking -----------------------------------------------------------------------------------------


# ASCII digits alone, unlike \d.
WRITTEN = re.compile(r"([0-9]{4})-W([0-9]{2})")
DAYS = 7


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """Known by its Monday."""

    begins_on: date

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def written(cls, text: str) -> Self:
        """Of `2025-W49`. Raises ValueError, also for a week that its year doesn't have."""
        match = WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError("Weeks are written like 2025-W49.")
        return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))

    def __str__(self) -> str:
        year, number, _ = self.begins_on.isocalendar()
        return f"{year:04}-W{number:02}"

    def before(self, weeks: int = 1) -> "Week":
        return Week(self.begins_on - timedelta(days=DAYS * weeks))

    @property
    def ends_on(self) -> date:
        """Its Sunday."""
        return self.begins_on + timedelta(days=DAYS - 1)

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.begins_on, datetime.min.time(), UTC)

    @property
    def is_over_at(self) -> datetime:
        """The first moment that is not in it any more."""
        return self.begins_at + timedelta(days=DAYS)


# The maximum number of tracks on a chart.
PLACES = 100


@dataclass(frozen=True, slots=True)
class Played:
    """One play. `key` identifies the recording; `votes` are the item's when it had been played."""

    number: int
    key: str
    item: int
    votes: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class RoomChartRow:
    """A track's place. `last_play` is the number of its last play."""

    rank: int
    key: str
    plays: int
    votes: int
    last_play: int


def ranked_tracks(plays: Iterable[Played]) -> list[RoomChartRow]:
    """Of plays in the order in which they began.

    Each play is a point, and so is each vote that the item had when it was last played. Equals are ordered by
    plays, then by the first play.
    """
    tracks: dict[str, list[Played]] = {}
    for play in plays:
        tracks.setdefault(play.key, []).append(play)
    votes = {key: _votes(of_track) for key, of_track in tracks.items()}

    def order(key: str) -> tuple[int, int, int]:
        of_track = tracks[key]
        return -(len(of_track) + votes[key]), -len(of_track), first[key]

    first = {key: place for place, key in enumerate(tracks)}
    return [
        RoomChartRow(rank, key, len(tracks[key]), votes[key], tracks[key][-1].number)
        for rank, key in enumerate(sorted(tracks, key=order)[:PLACES], start=1)
    ]


def _votes(plays: Iterable[Played]) -> int:
    """An item's votes count once, however often it was played."""
    return sum({play.item: play.votes for play in plays}.values())


# --- Reads -------------------------------------------------------------------------------------------


class RoomChartEntryPayload(msgspec.Struct, frozen=True):
    """`plays.total` are plays in the room that week; `votes` those of its items when they were last played.

    `track_id` is null when the library no longer has the track.
    """

    rank: int
    isrc: str | None
    name: str
    artist: str
    album: str
    cover_url: str
    services: dict[str, ChartServiceRank]
    plays: ChartPlays
    counts: dict[str, ChartCount]
    change: ChartChange
    days_on_chart: int
    peak: int
    movement: ChartMovement
    track_id: int | None
    votes: int


class RoomChartPayload(msgspec.Struct, frozen=True):
    """One room's chart of one week. `date` is its last day, `compared_with` that of the week before."""

    genre: str
    date: date
    compared_with: Day
    is_sample: bool
    sources: list[ChartSource]
    tracks: list[RoomChartEntryPayload]
    room: str
    week: str


class RoomChartResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: RoomChartPayload
    is_sample: bool


# A year: earlier weeks have no part in peaks, days on the chart and returns.
WEEKS_LOOKED_AT = 52
# The maximum number of plays considered: more than a room plays in a month without a pause.
MAX_PLAYS = 10_000
# A chart is cached for the position of the room's stream at which it was read: plays and votes change the
# position. Changes of the library become visible after this time.
CHART_MEMORY_SECONDS = 60

Charts = Mapping[Week, Mapping[str, RoomChartRow]]


@raises(NO_SUCH_ROOM)
def room_chart(slug: str, week: Week, *, today: date) -> RoomChartPayload:
    with consistent_read():
        room = room_for(slug)
        tracks = entries_at(room_id=room.pk, epoch=room.stream.epoch, seq=room.stream.seq, week=str(week))
    return RoomChartPayload(
        genre="",
        date=min(week.ends_on, today),
        compared_with=week.before().ends_on,
        is_sample=False,
        sources=[],
        tracks=tracks,
        room=room.slug,
        week=str(week),
    )


@cache_result(timeout=CHART_MEMORY_SECONDS)
def entries_at(*, room_id: int, epoch: str, seq: int, week: str) -> list[RoomChartEntryPayload]:
    """To be called within the consistent read of the position."""
    del epoch, seq  # they only name the moment, for the cache
    return _entries(room_id, Week.written(week))


def _entries(room_id: int, week: Week) -> list[RoomChartEntryPayload]:
    charts = _charts(room_id, week)
    chart = charts.get(week, {})
    shown = Play.objects.select_related("track").in_bulk([one.last_play for one in chart.values()])
    return [_entry(one, charts, week, shown[one.last_play]) for one in chart.values()]


def _charts(room_id: int, week: Week) -> Charts:
    """Of this week and those before, by week and track."""
    by_week: dict[Week, list[Played]] = {}
    for play in _plays(room_id, week):
        by_week.setdefault(Week.of(play.started_at.date()), []).append(play)
    return {one: {place.key: place for place in ranked_tracks(plays)} for one, plays in by_week.items()}


def _plays(room_id: int, week: Week) -> Iterator[Played]:
    """The last of a year until the week's end, in the order in which they began."""
    since = week.before(WEEKS_LOOKED_AT - 1).begins_at
    plays = Play.objects.filter(room_id=room_id, started_at__gte=since, started_at__lt=week.is_over_at)
    as_it_was = ("item__track__isrc", "item__track_id", "item__votes")
    rows = plays.order_by("-ended_at", "-pk").values_list(
        "started_at", "pk", "item_number", "track__isrc", *as_it_was
    )
    for started_at, number, item, isrc, isrc_then, track, votes in sorted(rows[:MAX_PLAYS], key=_began):
        yield Played(number, isrc or isrc_then or f"track {track}", item, votes, started_at)


def _began(row: tuple[Any, ...]) -> tuple[datetime, int]:
    """When, and the play's number."""
    return row[0], row[1]


def _entry(one: RoomChartRow, charts: Charts, week: Week, play: Play) -> RoomChartEntryPayload:
    track: Mapping[str, Any] = play.item["track"]
    before = charts.get(week.before(), {}).get(one.key)
    ranks = [chart[one.key].rank for chart in charts.values() if one.key in chart]
    moved = movement(one.rank, before=before.rank if before else None, was_ever=len(ranks) > 1)
    return RoomChartEntryPayload(
        rank=one.rank,
        isrc=(play.track and play.track.isrc) or track["isrc"],
        name=track["title"],
        artist=track["artist"],
        album=track["album"],
        cover_url=track["cover_url"] or "",
        services={},
        plays=ChartPlays(total=one.plays),
        counts={},
        change=ChartChange(week=one.plays - (before.plays if before else 0)),
        days_on_chart=len(ranks),
        peak=min(ranks),
        movement=ChartMovement(moved.kind.value, moved.by),
        track_id=play.track_id,
        votes=one.votes,
    )
