"""Reading what is no chart: a service's own list, one track, graph data, header art, what there is."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import F, Q

from apps.charts.charts import Order
from apps.charts.counters.book import histories, most_trending
from apps.charts.genres import RANKED, Genre, MusicService
from apps.charts.graphql.embeds import allowed_player
from apps.charts.models import (
    ChartTrack,
    Edition,
    EditionEntry,
    EditionSource,
    RawEdition,
    RawEntry,
    ServiceTrack,
    Status,
)
from apps.charts.payloads import (
    ChartGenre,
    ChartIndexPayload,
    ChartService,
    ChartTrackPayload,
    CountHistoryPayload,
    CountOnDayPayload,
    EmbedPayload,
    GraphTrackPayload,
    HeaderArtPayload,
    LastUpdatedPayload,
    ListEntryPayload,
    RankOnDayPayload,
    ServiceLinkPayload,
    ServiceListPayload,
    SimilarTrackPayload,
    SimilarTracksPayload,
    TrendingTrackPayload,
)
from apps.charts.plays import CountHistory
from apps.charts.selectors import covers_of, list_headers, track_of
from apps.charts.sounding import similar_tracks
from core.errors import NotFound

HISTORY_DAYS = 30
# Of one track: a year of four genres.
MOST_RANKS = 1500
MOST_TRENDING = 100


def index() -> ChartIndexPayload:
    published = Edition.objects.filter(published_at__isnull=False).order_by("issued_on")
    editions: dict[str, list[tuple[date, bool]]] = {genre: [] for genre in Genre.values}
    for genre, day, is_sample in published.values_list("genre", "issued_on", "is_sample"):
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


def service_list(genre: str, service: str, day: date | None) -> ServiceListPayload:
    """The last good list of then, and what became of the last try. Raises NotFound."""
    editions = RawEdition.objects.filter(genre=genre, service=service)
    if day is not None:
        editions = editions.filter(issued_on__lte=day)
    last = editions.order_by("-issued_on").first()
    good = editions.filter(status=Status.OK).order_by("-issued_on").first()
    if last is None or good is None:
        raise NotFound(f"There is no list of {service} for {genre}.")
    return ServiceListPayload(
        genre=genre,
        service=service,
        date=good.issued_on,
        is_sample=good.is_sample,
        status=last.status,
        fetched_at=good.fetched_at,
        name=good.name,
        description=good.description,
        cover_url=good.cover_url or covers_of([good.pk]).get(good.pk, ""),
        url=good.url,
        tracks=[_list_entry(entry) for entry in good.entries.select_related("track")],
    )


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


# --- One track ---------------------------------------------------------------------------------------


def chart_track(isrc: str) -> ChartTrack:
    """Raises NotFound."""
    track = track_of(isrc)
    if track is None:
        raise NotFound("No chart has had a track of this ISRC.")
    return track


def track_page(track: ChartTrack) -> ChartTrackPayload:
    counts = histories([track.isrc], days=HISTORY_DAYS).get(track.isrc, {})
    ranks = _ranks(track)
    return ChartTrackPayload(
        isrc=track.isrc,
        name=track.name,
        artist=track.artist,
        album=track.album,
        cover_url=track.cover_url,
        is_sample=track.is_sample,
        services=_links(track),
        ranks=ranks,
        chart_days=_chart_days(ranks),
        counts=_counts(counts),
        similar=_similar(track),
    )


def _similar(track: ChartTrack) -> SimilarTracksPayload:
    found = similar_tracks(track.isrc)
    if found is None:
        return SimilarTracksPayload("missing", [])
    return SimilarTracksPayload(
        "ok", [SimilarTrackPayload(one.isrc, one.name, one.artist, round(score, 4)) for one, score in found]
    )


def _links(track: ChartTrack) -> dict[str, ServiceLinkPayload]:
    """Of several at one service the first that was known."""
    known = ServiceTrack.objects.filter(track=track).order_by("-id")
    return {one.service: _link(one) for one in known}


def _link(one: ServiceTrack) -> ServiceLinkPayload:
    player = allowed_player(one.service, one.url)
    embed = None
    if player:
        embed = EmbedPayload(player.url, player.allow, player.height, player.referrer_policy)
    return ServiceLinkPayload(one.url, one.service_track_id, embed)


def _ranks(track: ChartTrack) -> list[RankOnDayPayload]:
    """The latest, the oldest of them first."""
    places = EditionEntry.objects.filter(track=track, edition__published_at__isnull=False)
    rows = places.order_by("-edition__issued_on", "edition__genre").values_list(
        "edition__genre", "edition__issued_on", "rank", "ranks", "edition"
    )
    found = list(rows[:MOST_RANKS])[::-1]
    older = _older_lists({edition for *_, edition in found})
    return [
        RankOnDayPayload(genre, day, rank, services, older.get(edition, {}))
        for genre, day, rank, services, edition in found
    ]


def _older_lists(editions: Collection[int]) -> Mapping[int, dict[str, date]]:
    """By edition, the services whose lists are of a day before, and of which."""
    rows = EditionSource.objects.filter(edition__in=editions, used__issued_on__lt=F("edition__issued_on"))
    found: defaultdict[int, dict[str, date]] = defaultdict(dict)
    for edition, service, day in rows.values_list("edition", "service", "used__issued_on"):
        if day is not None:
            found[edition][service] = day
    return found


def _chart_days(ranks: Sequence[RankOnDayPayload]) -> dict[str, list[date]]:
    """Without these nobody could tell a day off the chart from one on which there was none."""
    since = {one.genre: one.date for one in reversed(ranks)}
    if not since:
        return {}
    wanted = [Q(genre=genre, issued_on__gte=day) for genre, day in since.items()]
    editions = Edition.objects.filter(reduce(or_, wanted), published_at__isnull=False)
    days: dict[str, list[date]] = {genre: [] for genre in since}
    for genre, day in editions.order_by("issued_on").values_list("genre", "issued_on"):
        days[genre].append(day)
    return days


def _counts(told: Mapping[str, CountHistory]) -> dict[str, CountHistoryPayload]:
    return {
        service: CountHistoryPayload(
            current=history.current,
            last_updated=history.last_updated,
            historical=[CountOnDayPayload(one.day, one.count, one.delta, one.status) for one in history.days],
        )
        for service, history in told.items()
    }


# --- The older pages ---------------------------------------------------------------------------------


def graph_data(edition: Edition) -> list[GraphTrackPayload]:
    entries = list(edition.entries.select_related("track"))
    told = histories([entry.track.isrc for entry in entries], days=HISTORY_DAYS)
    return [
        GraphTrackPayload(
            rank=entry.rank,
            isrc=entry.track.isrc,
            name=entry.track.name,
            artist=entry.track.artist,
            view_counts=_counts(told.get(entry.track.isrc, {})),
        )
        for entry in entries
    ]


def last_updated(edition: Edition) -> LastUpdatedPayload:
    assert edition.published_at is not None  # noqa: S101 - only those are found
    return LastUpdatedPayload(edition.genre, edition.issued_on, edition.published_at)


def header_art(genre: str) -> dict[str, HeaderArtPayload]:
    """By service, of its last good list. Raises NotFound when there is none at all."""
    headers = list_headers(genre)
    if not headers:
        raise NotFound(f"There is no list of any service for {genre}.")
    return {
        service: HeaderArtPayload(header.name, header.description, header.cover_url, header.url)
        for service, header in headers.items()
    }


def trending() -> list[TrendingTrackPayload]:
    day, told = most_trending(MOST_TRENDING)
    tracks = ChartTrack.objects.in_bulk([one.isrc for one in told], field_name="isrc")
    return [
        TrendingTrackPayload(
            one.isrc, tracks[one.isrc].name, tracks[one.isrc].artist, one.change, day, dict(one.counts)
        )
        for one in told
        if day and one.isrc in tracks
    ]
