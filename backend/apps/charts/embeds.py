"""Embedded players of music services: their URLs, made of a track's URL at the service."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from django.conf import settings

from apps.charts.genres import MusicService

MAX_URL = 1000
SPOTIFY_TRACK = re.compile(r"/(?:intl-[a-z]{2}/)?(?:embed/)?track/([A-Za-z0-9]{22})/?")
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")


@dataclass(frozen=True, slots=True)
class Embed:
    """How a service's player is embedded. `hosts` are those of the URLs that it accepts."""

    hosts: frozenset[str]
    base_url: str
    params: str | None
    allow: str
    height: str
    address: Callable[[SplitResult], str | None]
    referrer_policy: str | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """What a frame with one track needs. `height` is in pixels."""

    url: str
    allow: str
    height: int
    referrer_policy: str | None


def embed_url(service: str, track_url: str) -> str | None:
    """None where it is no address of a track at this service: nothing else may come into a frame."""
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
    """None also if the server's EMBED_HOSTS do not name the player's host."""
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
        # Without the page's own origin YouTube refuses to play.
        "strict-origin-when-cross-origin",
    ),
}
