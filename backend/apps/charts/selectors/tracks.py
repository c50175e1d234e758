"""Tracks of charts: their ranks over time, links, similar tracks and play counts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import F, Q

from apps.charts.audio_features import similar_tracks
from apps.charts.embeds import allowed_player
from apps.charts.models import (
    ChartTrack,
    Edition,
    EditionEntry,
    EditionSource,
    ServiceTrack,
)
from apps.charts.payloads import (
    ChartTrackPayload,
    EmbedPayload,
    RankOnDayPayload,
    ServiceLinkPayload,
    SimilarTrackPayload,
    SimilarTracksPayload,
)
from apps.charts.selectors.play_counts import histories
from apps.tracks.metadata import ISRC_PATTERN
from core.errors import NotFound

# Of one track: a year of four genres.
MOST_RANKS = 1500


def track_of(isrc: str) -> ChartTrack | None:
    """None also for what is no ISRC, which may be text that no database takes."""
    return ChartTrack.objects.filter(isrc=isrc).first() if ISRC_PATTERN.fullmatch(isrc) else None


def known_isrcs(isrcs: Collection[str]) -> set[str]:
    """Those that a chart has, or had, a track of."""
    possible = [isrc for isrc in isrcs if ISRC_PATTERN.fullmatch(isrc)]
    return set(ChartTrack.objects.filter(isrc__in=possible).values_list("isrc", flat=True))


def chart_track(isrc: str) -> ChartTrack:
    """Raises NotFound."""
    track = track_of(isrc)
    if track is None:
        raise NotFound("No chart has had a track of this ISRC.")
    return track


def track_page(track: ChartTrack) -> ChartTrackPayload:
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
        counts=histories([track.isrc])[track.isrc],
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


def urls_at_services(tracks: Sequence[ChartTrack]) -> dict[tuple[int, str], str]:
    """By track and service; of several the first that was known."""
    known = ServiceTrack.objects.filter(track__in=tracks).exclude(url="").order_by("-id")
    return {(track, service): url for track, service, url in known.values_list("track", "service", "url")}


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
    """Without these a day off the chart would look like one without a chart."""
    since = {one.genre: one.date for one in reversed(ranks)}
    if not since:
        return {}
    wanted = [Q(genre=genre, issued_on__gte=day) for genre, day in since.items()]
    editions = Edition.objects.filter(reduce(or_, wanted), published_at__isnull=False)
    days: dict[str, list[date]] = {genre: [] for genre in since}
    for genre, day in editions.order_by("issued_on").values_list("genre", "issued_on"):
        days[genre].append(day)
    return days
