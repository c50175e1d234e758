"""Reading a room's chart: three queries, however long it is."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from apps.charts.movements import movement
from apps.charts.payloads import ChartChange, ChartMovement, ChartPlays
from apps.charts.rooms.payloads import RoomChartEntryPayload, RoomChartPayload
from apps.charts.rooms.ranking import Played, Standing, standings
from apps.charts.rooms.weeks import Week
from apps.playlist.models import Play
from apps.playlist.selectors import room_for
from apps.realtime.decorators import cache_result
from core.consistent_reads import consistent_read

# A year: what was before has no part in peaks, days on the chart and returns.
WEEKS_LOOKED_AT = 52
# A chart is remembered for the moment of the room's stream at which it was read: plays and votes are told
# there. What the library changes meanwhile is seen after this.
CHART_MEMORY_SECONDS = 60

Charts = Mapping[Week, Mapping[str, Standing]]


def room_chart(slug: str, week: Week, *, today: date) -> RoomChartPayload:
    """Raises NotFound."""
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
    """To be called within the consistent read that told the moment."""
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
    return {one: {place.key: place for place in standings(plays)} for one, plays in by_week.items()}


def _plays(room_id: int, week: Week) -> Iterator[Played]:
    """Of a year until the week's end, in the order in which they began."""
    since = week.before(WEEKS_LOOKED_AT - 1).begins_at
    plays = Play.objects.filter(room_id=room_id, started_at__gte=since, started_at__lt=week.is_over_at)
    as_it_was = ("item__track__isrc", "item__track_id", "item__votes")
    rows = plays.order_by("started_at", "pk").values_list(
        "pk", "started_at", "item_number", "track__isrc", *as_it_was
    )
    for number, started_at, item, isrc, isrc_then, track, votes in rows.iterator():
        yield Played(number, isrc or isrc_then or f"track {track}", item, votes, started_at)


def _entry(one: Standing, charts: Charts, week: Week, play: Play) -> RoomChartEntryPayload:
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
