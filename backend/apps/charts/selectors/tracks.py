"""Tracks of charts: ranks over time, links, embedded players of music services, and similar tracks."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import F, Q

from apps.charts.counters.csv_tables import FEATURE_NAMES
from apps.charts.genres import MusicService
from apps.charts.models import (
    AudioFeatures,
    ChartTrack,
    Edition,
    EditionEntry,
    EditionSource,
    ServiceTrack,
    TrackFeatures,
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
from core.errors import ErrorSpec, NotFound, raises

if TYPE_CHECKING:
    from apps.charts.audio_similarity import AudioIndex

# --- Embedded players --------------------------------------------------------------------------------


MAX_URL = 1000
SPOTIFY_TRACK = re.compile(r"/(?:intl-[a-z]{2}/)?(?:embed/)?track/([A-Za-z0-9]{22})/?")
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")


@dataclass(frozen=True, slots=True)
class Embed:
    """How a service's player is embedded. `hosts`: the hosts of the track URLs that it accepts."""

    hosts: frozenset[str]
    base_url: str
    params: str | None
    allow: str
    height: str
    address: Callable[[SplitResult], str | None]
    referrer_policy: str | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """The attributes of a frame that plays a track. `height` is in pixels."""

    url: str
    allow: str
    height: int
    referrer_policy: str | None


def embed_url(service: str, track_url: str) -> str | None:
    """The player's URL; None unless `track_url` is the URL of a track at this service."""
    embed = EMBEDS.get(service)
    if embed is None or len(track_url) > MAX_URL:
        return None
    try:
        parts = urlsplit(track_url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme != "https" or host not in embed.hosts:
        return None
    return embed.address(parts)


def allowed_player(service: str, track_url: str) -> Player | None:
    """The player; None also if EMBED_HOSTS does not contain its host."""
    address = embed_url(service, track_url)
    if address is None or urlsplit(address).hostname not in settings.EMBED_HOSTS:
        return None
    embed = EMBEDS[service]
    return Player(address, embed.allow, int(embed.height), embed.referrer_policy)


def _spotify(url: SplitResult) -> str | None:
    found = SPOTIFY_TRACK.fullmatch(url.path)
    return f"https://open.spotify.com/embed/track/{found[1]}" if found else None


def _apple_music(url: SplitResult) -> str | None:
    if not re.fullmatch(r"(?:/[\w%.-]+)+", url.path):
        return None
    song = parse_qs(url.query).get("i", [""])[0]
    query = f"?i={song}" if song.isascii() and song.isdigit() else ""
    return f"https://embed.music.apple.com{url.path}{query}"


def _soundcloud(url: SplitResult) -> str | None:
    if not re.fullmatch(r"/[\w-]+/[\w-]+/?", url.path):
        return None
    of = f"https://soundcloud.com{url.path.rstrip('/')}"
    return f"https://w.soundcloud.com/player/?{urlencode({'url': of, 'auto_play': 'true'})}"


def _youtube(url: SplitResult) -> str | None:
    of = url.path.lstrip("/") if url.hostname == "youtu.be" else parse_qs(url.query).get("v", [""])[0]
    return f"https://www.youtube-nocookie.com/embed/{of}?autoplay=1" if YOUTUBE_ID.fullmatch(of) else None


EMBEDS: dict[str, Embed] = {
    MusicService.SPOTIFY: Embed(
        frozenset({"open.spotify.com"}),
        "https://open.spotify.com/embed/track/",
        None,
        "autoplay; clipboard-write; encrypted-media; fullscreen; picture-in-picture",
        "152",
        _spotify,
    ),
    MusicService.APPLE_MUSIC: Embed(
        frozenset({"music.apple.com", "embed.music.apple.com"}),
        "https://embed.music.apple.com",
        None,
        "autoplay *; encrypted-media *; fullscreen *",
        "175",
        _apple_music,
    ),
    MusicService.SOUNDCLOUD: Embed(
        frozenset({"soundcloud.com", "www.soundcloud.com", "m.soundcloud.com"}),
        "https://w.soundcloud.com/player/",
        "auto_play=true",
        "autoplay; encrypted-media",
        "166",
        _soundcloud,
    ),
    MusicService.YOUTUBE: Embed(
        frozenset({"www.youtube.com", "youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be"}),
        "https://www.youtube-nocookie.com/embed/",
        "autoplay=1",
        "autoplay; encrypted-media; picture-in-picture",
        "315",
        _youtube,
        # YouTube does not play without a referrer.
        "strict-origin-when-cross-origin",
    ),
}


# The maximum number of ranks of a track: a year of four genres.
MAX_RANKS = 1500


def find_chart_track(isrc: str) -> ChartTrack | None:
    """None also for an invalid ISRC, which may contain characters that the database rejects."""
    return ChartTrack.objects.filter(isrc=isrc).first() if ISRC_PATTERN.fullmatch(isrc) else None


def chart_tracks(isrcs: Collection[str]) -> dict[str, ChartTrack]:
    """By ISRC, those that a chart has, or had."""
    return {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=isrcs)}


def known_isrcs(isrcs: Collection[str]) -> set[str]:
    """The ISRCs of which a chart has, or had, a track."""
    possible = [isrc for isrc in isrcs if ISRC_PATTERN.fullmatch(isrc)]
    return set(ChartTrack.objects.filter(isrc__in=possible).values_list("isrc", flat=True))


@raises(ErrorSpec(NotFound, "No chart has had a track of this ISRC."))
def chart_track(isrc: str) -> ChartTrack:
    """The track of an ISRC in upper or lower case."""
    track = find_chart_track(isrc.upper())
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
    """By service; the first known of several."""
    known = ServiceTrack.objects.filter(track=track).order_by("-id")
    return {one.service: _link(one) for one in known}


def urls_at_services(tracks: Sequence[ChartTrack]) -> dict[tuple[int, str], str]:
    """By track and service; the first known of several."""
    known = ServiceTrack.objects.filter(track__in=tracks).exclude(url="").order_by("-id")
    return {(track, service): url for track, service, url in known.values_list("track", "service", "url")}


def _link(one: ServiceTrack) -> ServiceLinkPayload:
    player = allowed_player(one.service, one.url)
    embed = None
    if player:
        embed = EmbedPayload(player.url, player.allow, player.height, player.referrer_policy)
    return ServiceLinkPayload(one.url, one.service_track_id, embed)


def _ranks(track: ChartTrack) -> list[RankOnDayPayload]:
    """The latest MAX_RANKS ranks, oldest first."""
    places = EditionEntry.objects.filter(track=track, edition__published_at__isnull=False)
    rows = places.order_by("-edition__issued_on", "edition__genre").values_list(
        "edition__genre", "edition__issued_on", "rank", "ranks", "edition"
    )
    found = list(rows[:MAX_RANKS])[::-1]
    older = _older_lists({edition for *_, edition in found})
    return [
        RankOnDayPayload(genre, day, rank, services, older.get(edition, {}))
        for genre, day, rank, services, edition in found
    ]


def _older_lists(editions: Collection[int]) -> Mapping[int, dict[str, date]]:
    """By edition, the services whose lists are older than the edition, with the lists' days."""
    rows = EditionSource.objects.filter(edition__in=editions, used__issued_on__lt=F("edition__issued_on"))
    found: defaultdict[int, dict[str, date]] = defaultdict(dict)
    for edition, service, day in rows.values_list("edition", "service", "used__issued_on"):
        if day is not None:
            found[edition][service] = day
    return found


def _chart_days(ranks: Sequence[RankOnDayPayload]) -> dict[str, list[date]]:
    """By genre, the days with a chart: they distinguish a day off the chart from a missing chart."""
    since = {one.genre: one.date for one in reversed(ranks)}
    if not since:
        return {}
    wanted = [Q(genre=genre, issued_on__gte=day) for genre, day in since.items()]
    editions = Edition.objects.filter(reduce(or_, wanted), published_at__isnull=False)
    days: dict[str, list[date]] = {genre: [] for genre in since}
    for genre, day in editions.order_by("issued_on").values_list("genre", "issued_on"):
        days[genre].append(day)
    return days


# --- Similar tracks ----------------------------------------------------------------------------------


MAX_SIMILAR_SHOWN = 10


def similar_tracks(isrc: str) -> list[tuple[ChartTrack, float]] | None:
    """Other tracks of all charts, the most similar first. None: the track has no audio features."""
    if not TrackFeatures.objects.filter(isrc=isrc).exists():
        return None
    return similar_tracks_of([isrc], limit=MAX_SIMILAR_SHOWN)[isrc]


def similar_tracks_of(isrcs: Collection[str], *, limit: int) -> dict[str, list[tuple[ChartTrack, float]]]:
    """Similar tracks of many tracks, in two queries; empty for tracks without audio features."""
    index = _audio_index()
    found = {isrc: index.most_similar(isrc, limit=limit) for isrc in isrcs}
    wanted = {other for similar in found.values() for other, _ in similar}
    tracks = chart_tracks(wanted)
    return {
        isrc: [(tracks[other], score) for other, score in similar if other in tracks]
        for isrc, similar in found.items()
    }


# Read again after each write of a table of charts: a table of 1,000 tracks takes 15 ms.
_latest_index: "tuple[int, AudioIndex] | None" = None


def _audio_index() -> "AudioIndex":
    """The audio features of all tracks of charts that have any."""
    from core.response_cache import current_generation  # loads the REST framework, which commands do not need

    global _latest_index
    if connection.in_atomic_block:
        return _read_audio_index()  # it may contain rows that are never committed
    known, now = _latest_index, current_generation("charts")
    if known is None or known[0] != now:
        known = _latest_index = (now, _read_audio_index())
    return known[1]


def _read_audio_index() -> "AudioIndex":
    from apps.charts.audio_similarity import AudioIndex  # loads NumPy, which most commands do not need

    on_charts = ChartTrack.objects.values("isrc")
    rows = TrackFeatures.objects.filter(isrc__in=on_charts).values_list("isrc", *FEATURE_NAMES)
    return AudioIndex({isrc: AudioFeatures(*values) for isrc, *values in rows})
