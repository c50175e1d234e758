"""Reading charts: of any day, in a fixed, small number of queries however long the chart is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Count, Min, QuerySet

from apps.charts.genres import RANKED, Genre, MusicService
from apps.charts.models import (
    ChartTrack,
    Edition,
    EditionEntry,
    EditionSource,
    RawEdition,
    RawEntry,
    Status,
)
from apps.charts.payloads import (
    ChartChange,
    ChartCount,
    ChartEntryPayload,
    ChartGenre,
    ChartIndexPayload,
    ChartMovement,
    ChartPayload,
    ChartPlays,
    ChartService,
    ChartServiceRank,
    ChartSource,
    Span,
)
from apps.charts.pipeline.list_checks import is_confirmed
from apps.charts.selectors.play_counts import Plays, PlaysOfDay, plays_on
from core.errors import NotFound
from core.response_cache import StoredResponses

# Of REST and of GraphQL, whose responses are many.
stored_charts = StoredResponses("charts", max_bytes=32 * 1024 * 1024)
SPANS: Mapping[int, Span] = {1: "1d", 7: "7d", 30: "30d"}


class Order(StrEnum):
    RANK = "rank"
    PLAYS = "plays"
    # By how much more it is played than a week ago.
    TRENDING = "trending"


def published(genre: str | None = None) -> "QuerySet[Edition]":
    """Of one genre or of all, the newest first."""
    editions = Edition.objects.filter(published_at__isnull=False).order_by("-issued_on")
    return editions if genre is None else editions.filter(genre=genre)


def edition_on(genre: str, day: date | None) -> Edition:
    """The newest that was out on that day; without one the newest of all. Raises NotFound."""
    editions = published(genre)
    edition = (editions if day is None else editions.filter(issued_on__lte=day)).first()
    if edition is None:
        when = f" of {day} or before" if day else " yet"
        raise NotFound(f"There is no {genre} chart{when}.")
    return edition


def newest_entries(genre: str) -> list[EditionEntry]:
    """Of the newest chart, by rank, with their tracks and that chart, in one query."""
    entries = EditionEntry.objects.filter(edition__in=published(genre).values("pk")[:1])
    return list(entries.select_related("track", "edition").order_by("rank"))


@dataclass(frozen=True, slots=True)
class Ranking:
    """Of a track on a chart: its rank, the points behind that, and its ranks at the services."""

    genre: str
    rank: int | None = None
    points: float | None = None
    ranks: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None

    @classmethod
    def of(cls, entry: EditionEntry) -> "Ranking":
        return cls(entry.edition.genre, entry.rank, entry.points, entry.ranks, entry.edition.published_at)


def newest_rankings(tracks: Sequence[ChartTrack]) -> dict[int, Ranking]:
    """By track, on the newest chart that has it."""
    entries = EditionEntry.objects.filter(track__in=tracks, edition__published_at__isnull=False)
    rows = entries.order_by("edition__issued_on", "-rank").values_list(
        "track", "edition__genre", "rank", "points", "ranks", "edition__published_at"
    )
    return {track: Ranking(*of_track) for track, *of_track in rows}


def chart_of(edition: Edition, *, order: Order = Order.RANK, is_newest: bool = False) -> ChartPayload:
    """With `is_newest` its sources say, too, whose lists could not be had since."""
    entries = list(edition.entries.select_related("track"))
    sources = list(edition.sources.select_related("used"))
    plays = plays_on([entry.track.isrc for entry in entries], edition.issued_on)
    past = _Past(edition, entries)
    urls = _urls(sources, entries)
    failed_since = _failed_since(edition) if is_newest else {}
    tracks = [_line(entry, past, urls, plays.get(entry.track.isrc, Plays())) for entry in entries]
    return ChartPayload(
        genre=edition.genre,
        date=edition.issued_on,
        compared_with=past.day,
        is_sample=edition.is_sample,
        sources=[_source(one, failed_since) for one in sources],
        tracks=_sorted(tracks, order),
    )


def _sorted(tracks: list[ChartEntryPayload], order: Order) -> list[ChartEntryPayload]:
    """What is not known comes last, equals by rank."""

    def key(track: ChartEntryPayload) -> tuple[bool, int, int]:
        growth = track.plays.total if order is Order.PLAYS else track.change.week
        value = None if order is Order.RANK else growth
        return value is None, -(value or 0), track.rank

    return sorted(tracks, key=key)


def _source(one: EditionSource, failed_since: Mapping[str, str]) -> ChartSource:
    status = failed_since.get(one.service, one.status)
    if one.used is None:
        return ChartSource(one.service, status, None, None, is_confirmed=None)
    used = one.used
    return ChartSource(one.service, status, used.fetched_at, used.issued_on, is_confirmed(used))


def _failed_since(edition: Edition) -> dict[str, str]:
    """By service how its last list was no good, of which no chart was made."""
    lists = RawEdition.objects.filter(genre=edition.genre, issued_on__gt=edition.issued_on)
    last = dict(lists.order_by("issued_on").values_list("service", "status"))
    return {service: status for service, status in last.items() if status != Status.OK}


@dataclass(frozen=True, slots=True)
class Before:
    """What was with a track until an edition, that included."""

    days: int
    peak: int


class _Past:
    """Two queries: the edition before, and all of them until now. `day` is that of the edition before."""

    def __init__(self, edition: Edition, entries: Sequence[EditionEntry]) -> None:
        ids = [entry.track_id for entry in entries]
        until = EditionEntry.objects.filter(
            edition__genre=edition.genre,
            edition__issued_on__lte=edition.issued_on,
            edition__published_at__isnull=False,
        )
        counted = until.filter(track__in=ids).order_by().values_list("track")
        self._before = {
            track: Before(days, peak) for track, days, peak in counted.annotate(Count("id"), Min("rank"))
        }
        self.day, self._last_ranks = _ranks_before(edition)

    def days(self, entry: EditionEntry) -> int:
        return self._before[entry.track_id].days

    def peak(self, entry: EditionEntry) -> int:
        return self._before[entry.track_id].peak

    def movement(self, entry: EditionEntry) -> ChartMovement:
        moved = movement(
            entry.rank, before=self._last_ranks.get(entry.track_id), was_ever=self.days(entry) > 1
        )
        return ChartMovement(moved.kind.value, moved.by)


def _ranks_before(edition: Edition) -> tuple[date | None, Mapping[int, int]]:
    """By track, on the last edition before that had any, and its day."""
    before = published(edition.genre).filter(issued_on__lt=edition.issued_on, entries__rank=1)
    entries = EditionEntry.objects.filter(edition__in=before.values("pk")[:1])
    rows = list(entries.values_list("track", "rank", "edition__issued_on"))
    return rows[0][2] if rows else None, {track: rank for track, rank, _ in rows}


Urls = Mapping[tuple[str, int], str]


def _urls(sources: Sequence[EditionSource], entries: Sequence[EditionEntry]) -> Urls:
    """By service and track, as the lists that were used say them."""
    used = {one.used_id: one.service for one in sources if one.used_id}
    ids = [entry.track_id for entry in entries]
    lines = RawEntry.objects.filter(edition__in=used, track__in=ids).order_by("-rank")
    return {
        (used[edition], track): url
        for edition, track, url in lines.values_list("edition", "track", "url")
        if track is not None
    }


def _count(one: PlaysOfDay) -> ChartCount:
    return ChartCount(one.status, one.counted_on, [SPANS[days] for days in one.in_change])


def _line(entry: EditionEntry, past: _Past, urls: Urls, plays: Plays) -> ChartEntryPayload:
    track = entry.track
    return ChartEntryPayload(
        rank=entry.rank,
        isrc=track.isrc,
        name=track.name,
        artist=track.artist,
        album=track.album,
        cover_url=track.cover_url,
        services={
            service: ChartServiceRank(rank, urls.get((service, entry.track_id), ""))
            for service, rank in entry.ranks.items()
        },
        plays=ChartPlays(total=plays.total, **plays.by_service),
        counts={service: _count(one) for service, one in plays.days.items()},
        change=ChartChange(plays.change.get(1), plays.change.get(7), plays.change.get(30)),
        days_on_chart=past.days(entry),
        peak=past.peak(entry),
        movement=past.movement(entry),
    )


class MovementKind(StrEnum):
    NEW = "new"
    UP = "up"
    DOWN = "down"
    SAME = "same"
    # It was on the chart before, and not on the edition before this one.
    RE_ENTRY = "re-entry"


@dataclass(frozen=True, slots=True)
class Movement:
    """`by` is how many places up or down; else 0."""

    kind: MovementKind
    by: int = 0


def movement(rank: int, *, before: int | None, was_ever: bool) -> Movement:
    """`before` is its rank on the edition before, None where it wasn't on it."""
    if before is None:
        return Movement(MovementKind.RE_ENTRY if was_ever else MovementKind.NEW)
    if rank == before:
        return Movement(MovementKind.SAME)
    return Movement(MovementKind.UP if rank < before else MovementKind.DOWN, abs(before - rank))


def is_made_of_samples() -> bool:
    """Whether all charts are samples: the first real list deletes every sample."""
    return bool(published().values_list("is_sample", flat=True).first())


def index() -> ChartIndexPayload:
    editions: dict[str, list[tuple[date, bool]]] = {genre: [] for genre in Genre.values}
    for genre, day, is_sample in published().reverse().values_list("genre", "issued_on", "is_sample"):
        editions[genre].append((day, is_sample))
    return ChartIndexPayload(
        genres=[_genre(name, charts) for name, charts in editions.items()],
        services=[ChartService(one.value, one in RANKED) for one in MusicService],
        ranks=[order.value for order in Order],
    )


def _genre(name: str, charts: Sequence[tuple[date, bool]]) -> ChartGenre:
    """`charts` by their days."""
    if not charts:
        return ChartGenre(name, first_date=None, date=None, is_sample=None)
    (first, _), (last, is_sample) = charts[0], charts[-1]
    return ChartGenre(name, first, last, is_sample)
