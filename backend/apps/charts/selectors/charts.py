"""Charts and services' own lists of any day, each in a fixed number of queries; for REST and GraphQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.conf import settings
from django.db.models import Count, Min, QuerySet, Subquery

from apps.charts.genres import GENRES, RANKED, SERVICES, Genre, MusicService
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
    ListEntryPayload,
    ServiceListPayload,
    Span,
)
from apps.charts.pipeline.list_checks import is_confirmed, shown_list
from apps.charts.selectors.play_counts import Plays, PlaysOfDay, plays_on
from core.errors import NotFound
from core.response_cache import StoredResponses

# Responses of REST and GraphQL.
stored_charts = StoredResponses("charts", max_bytes=32 * 1024 * 1024)
SPANS: Mapping[int, Span] = {1: "1d", 7: "7d", 30: "30d"}


class Order(StrEnum):
    RANK = "rank"
    PLAYS = "plays"
    # By the growth of plays within a week.
    TRENDING = "trending"


def published(genre: str | None = None) -> "QuerySet[Edition]":
    """Published charts of one genre or of all, newest first."""
    editions = Edition.objects.filter(published_at__isnull=False).order_by("-issued_on")
    return editions if genre is None else editions.filter(genre=genre)


def edition_on(genre: str, day: date | None) -> Edition:
    """The newest chart on that day, or of all days. Raises NotFound."""
    editions = published(genre)
    edition = (editions if day is None else editions.filter(issued_on__lte=day)).first()
    if edition is None:
        when = f" of {day} or before" if day else " yet"
        raise NotFound(f"There is no {genre} chart{when}.")
    return edition


def entries_of(edition: Edition) -> list[EditionEntry]:
    """The entries of a chart by rank, with their tracks."""
    return list(edition.entries.select_related("track"))


def newest_entries(genre: str) -> list[EditionEntry]:
    """The entries of the newest chart by rank, with their tracks and the chart, in one query."""
    entries = EditionEntry.objects.filter(edition__in=published(genre).values("pk")[:1])
    return list(entries.select_related("track", "edition").order_by("rank"))


@dataclass(frozen=True, slots=True)
class Ranking:
    """A track's rank and points on a chart, and its ranks on the services' lists."""

    genre: str
    rank: int | None = None
    points: float | None = None
    ranks: Mapping[str, int] = field(default_factory=dict)
    since: datetime | None = None

    @classmethod
    def of(cls, entry: EditionEntry) -> "Ranking":
        return cls(entry.edition.genre, entry.rank, entry.points, entry.ranks, entry.edition.published_at)


def newest_rankings(tracks: Sequence[ChartTrack]) -> dict[int, Ranking]:
    """By track, its ranking on the newest chart that contains it."""
    entries = EditionEntry.objects.filter(track__in=tracks, edition__published_at__isnull=False)
    rows = entries.order_by("edition__issued_on", "-rank").values_list(
        "track", "edition__genre", "rank", "points", "ranks", "edition__published_at"
    )
    return {track: Ranking(*of_track) for track, *of_track in rows}


def chart_of(edition: Edition, *, order: Order = Order.RANK, is_newest: bool = False) -> ChartPayload:
    """The payload of a chart. With `is_newest`, its sources include failures since the chart was computed."""
    entries = entries_of(edition)
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
    """Tracks without a value come last; equal values are ordered by rank."""

    def key(track: ChartEntryPayload) -> tuple[bool, int, int]:
        growth = track.plays.total if order is Order.PLAYS else track.change.week
        value = None if order is Order.RANK else growth
        return value is None, -(value or 0), track.rank

    return sorted(tracks, key=key)


def _source(one: EditionSource, failed_since: Mapping[str, str]) -> ChartSource:
    status = failed_since.get(one.service, one.status)
    if one.used is None:
        return ChartSource(one.service, status, None, None, is_confirmed=None, unreadable=None)
    used = one.used
    return ChartSource(
        one.service, status, used.fetched_at, used.issued_on, is_confirmed(used), used.unreadable
    )


def _failed_since(edition: Edition) -> dict[str, str]:
    """By service, the status of its last list, if it is not good and newer than the chart."""
    lists = RawEdition.objects.filter(genre=edition.genre, issued_on__gt=edition.issued_on)
    last = dict(lists.order_by("issued_on").values_list("service", "status"))
    return {service: status for service, status in last.items() if status != Status.OK}


@dataclass(frozen=True, slots=True)
class Before:
    """A track's days on the chart and its best rank, up to and including an edition."""

    days: int
    peak: int


class _Past:
    """The previous edition, and the history up to this one, in two queries. `day`: the previous edition's."""

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
    """The day of the last earlier edition with entries, and its ranks by track."""
    before = published(edition.genre).filter(issued_on__lt=edition.issued_on, entries__rank=1)
    entries = EditionEntry.objects.filter(edition__in=before.values("pk")[:1])
    rows = list(entries.values_list("track", "rank", "edition__issued_on"))
    return rows[0][2] if rows else None, {track: rank for track, rank, _ in rows}


Urls = Mapping[tuple[str, int], str]


def _urls(sources: Sequence[EditionSource], entries: Sequence[EditionEntry]) -> Urls:
    """By service and track, the URLs on the lists from which the chart was computed."""
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
    # On the chart before, but not on the previous edition.
    RE_ENTRY = "re-entry"


@dataclass(frozen=True, slots=True)
class Movement:
    """`by`: the number of positions up or down, otherwise 0."""

    kind: MovementKind
    by: int = 0


def movement(rank: int, *, before: int | None, was_ever: bool) -> Movement:
    """`before`: the rank on the previous edition, if it was on it."""
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
    """`charts`: (day, is_sample), oldest first."""
    if not charts:
        return ChartGenre(name, first_date=None, date=None, is_sample=None)
    (first, _), (last, is_sample) = charts[0], charts[-1]
    return ChartGenre(name, first, last, is_sample)


# --- Services' own lists -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListHeader:
    """The header of a service's list. Only `cover_url` may be empty, if no track has a cover."""

    name: str
    description: str
    cover_url: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownList:
    """The last good list (or the list that it repeats), and the status of the last attempt."""

    edition: RawEdition
    entries: Sequence[RawEntry]
    last_status: str


def shown_entries(genre: str, service: str, day: date | None = None) -> ShownList | None:
    """The last good list up to that day, or of all days; in one query if the last list is good."""
    editions = RawEdition.objects.filter(genre=genre, service=service).order_by("-issued_on")
    if day is not None:
        editions = editions.filter(issued_on__lte=day)
    usable = editions.filter(status__in=[Status.OK, Status.STALE]).values("pk")[:1]
    found = RawEntry.objects.filter(edition__in=usable).select_related("track", "edition").order_by("rank")
    entries = list(found.annotate(last_status=Subquery(editions.values("status")[:1])))
    if entries and entries[0].edition.status == Status.OK:
        return ShownList(entries[0].edition, entries, entries[0].last_status)
    last, good = shown_list(editions)
    if last is None or good is None:
        return None
    return ShownList(good, list(good.entries.select_related("track").order_by("rank")), last.status)


def service_list(genre: str, service: str, day: date | None) -> ServiceListPayload:
    """The service's list of that day, or the newest. Raises NotFound."""
    shown = shown_entries(genre, service, day)
    if shown is None:
        raise NotFound(f"There is no list of {service} for {genre}.")
    good = shown.edition
    return ServiceListPayload(
        genre=genre,
        service=service,
        date=good.issued_on,
        is_sample=good.is_sample,
        status=shown.last_status,
        is_confirmed=is_confirmed(good),
        unreadable=good.unreadable,
        fetched_at=good.fetched_at,
        name=good.name,
        description=good.description,
        cover_url=good.cover_url or next(filter(None, map(_cover, shown.entries)), ""),
        url=good.url,
        tracks=[_list_entry(entry) for entry in shown.entries],
    )


def _cover(entry: RawEntry) -> str:
    return entry.cover_url or (entry.track.cover_url if entry.track else "")


def _list_entry(entry: RawEntry) -> ListEntryPayload:
    return ListEntryPayload(
        rank=entry.rank,
        isrc=entry.track.isrc if entry.track else None,
        name=entry.name,
        artist=entry.artist,
        album=entry.album,
        cover_url=entry.cover_url,
        url=entry.url,
    )


def list_headers(genre: str) -> dict[str, ListHeader]:
    """By service, the header of its last good list. Empty names, descriptions and covers are filled in."""
    lists = RawEdition.objects.filter(genre=genre)
    found = [shown_list(lists.filter(service=service))[1] for service in RANKED]
    shown = [edition for edition in found if edition]
    covers = _covers([edition.pk for edition in shown if not edition.cover_url])
    return {edition.service: _header(edition, covers) for edition in shown}


def _header(edition: RawEdition, covers: Mapping[int, str]) -> ListHeader:
    service = MusicService(edition.service)
    name = SERVICES[service]
    return ListHeader(
        name=edition.name or f"{GENRES[Genre(edition.genre)]} on {name}",
        description=edition.description.strip() or f"Curated {edition.genre} tracks from {name}",
        cover_url=edition.cover_url or covers.get(edition.pk, ""),
        url=edition.url or address_of_list(service, edition.genre),
    )


def _covers(editions: Collection[int]) -> dict[int, str]:
    """By list, the cover of its highest track that has one."""
    if not editions:
        return {}
    entries = RawEntry.objects.filter(edition__in=editions).order_by("-rank")
    rows = entries.values_list("edition_id", "cover_url", "track__cover_url")
    return {edition: cover for edition, own, track in rows if (cover := own or track)}


def address_of_list(service: MusicService, genre: str) -> str:
    """The URL of the list at the service, from the settings."""
    if service == MusicService.SPOTIFY:
        playlist: str = settings.SPOTIFY_CHARTS.get(genre, "")
        return f"https://open.spotify.com/playlist/{playlist}" if playlist else ""
    named = settings.APPLE_MUSIC_CHARTS if service == MusicService.APPLE_MUSIC else settings.SOUNDCLOUD_CHARTS
    address: str = named.get(genre, "")
    return address
