"""Spotify's Web API: search for tracks, and the metadata in its responses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec

from apps.recommendations.sources.base import OutsideTrack, name_key
from apps.tracks.metadata import (
    MAX_NAME,
    MetadataError,
    checked_cover_url,
    checked_duration,
    checked_isrc,
    checked_text,
)
from core.providers.client import PATIENCE, ProviderClient, RequestBounds, RetryPolicy
from core.providers.oauth import AuthorisedClient, Credentials, Tokens
from core.providers.responses import SYSTEM_TIME, UNREADABLE, TimeSource

A = TypeVar("A")
B = TypeVar("B")

PROVIDER = "spotify"
GRANT_PATH = "/api/token"
# The maximum for recently registered apps.
RESULTS = 10
# A page of ten has some 100 KB, most of it markets.
BOUNDS = RequestBounds(max_bytes=1024 * 1024)
# As wide as the page shows covers on a sharp screen.
COVER_PIXELS = 200


# --- What is read of its responses ---------------------------------------------------------------------


class _Artist(msgspec.Struct):
    name: str


class _Image(msgspec.Struct):
    url: str
    width: float | None = None


class _Album(msgspec.Struct):
    name: str = ""
    images: list[_Image] | None = None


class _Codes(msgspec.Struct):
    isrc: str | None = None


class _Links(msgspec.Struct):
    spotify: str | None = None


class _Track(msgspec.Struct):
    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,64}\Z")]
    name: str
    artists: Annotated[list[_Artist], msgspec.Meta(min_length=1)]
    album: _Album | None = None
    duration_ms: float | None = None
    external_ids: _Codes | None = None
    external_urls: _Links | None = None
    preview_url: str | None = None


class _Page(msgspec.Struct):
    # Read one by one, so that one that can't be read costs only itself.
    items: list[msgspec.Raw]


class _Answer(msgspec.Struct):
    tracks: _Page


@dataclass(frozen=True, slots=True)
class FoundTrack:
    """A track, and the keys of all its artists."""

    track: OutsideTrack
    artist_keys: frozenset[str]


# --- Asking ------------------------------------------------------------------------------------------


class SpotifyCatalogue:
    """For all threads of a process."""

    def __init__(
        self,
        *,
        api_url: str,
        accounts_url: str,
        credentials: Credentials,
        bounds: RequestBounds = BOUNDS,
        patience: RetryPolicy = PATIENCE,
        times: TimeSource = SYSTEM_TIME,
    ) -> None:
        self._accounts = ProviderClient(
            f"{PROVIDER}-accounts", accounts_url, bounds=bounds, patience=patience, times=times
        )
        self._api = ProviderClient(PROVIDER, api_url, bounds=bounds, patience=patience, times=times)
        tokens = Tokens(self._accounts, credentials, path=GRANT_PATH, times=times)
        self._authorised = AuthorisedClient(self._api, tokens)

    def close(self) -> None:
        self._accounts.close()
        self._api.close()

    def search(self, query: str) -> list[FoundTrack]:
        """The best first. Raises ProviderError."""
        params = {"q": query, "type": "track", "limit": str(RESULTS)}
        return self._authorised.get("/search", params, _found_tracks)


# --- Metadata of a track -----------------------------------------------------------------------------


_decoded_answer = msgspec.json.Decoder(_Answer).decode
_decoded_track = msgspec.json.Decoder(_Track).decode


def _found_tracks(body: bytes) -> list[FoundTrack]:
    """Raises ValueError where there are some and none can be read."""
    items = _decoded_answer(body).tracks.items
    tracks = [track for track in map(_read, items) if track is not None]
    if items and not tracks:
        raise ValueError
    return [found for found in map(_found, tracks) if found is not None]


def _read(item: msgspec.Raw) -> _Track | None:
    try:
        return _decoded_track(item)
    except UNREADABLE:
        return None


def _found(found: _Track) -> FoundTrack | None:
    """None when it could be no track of the library. Of its details only those that make sense are kept."""
    names = [artist.name for artist in found.artists]
    title = _sound(_checked_name, found.name)
    artist = _sound(_checked_name, ", ".join(names))
    if not title or not artist:
        return None
    album, links = found.album or _Album(), found.external_urls or _Links()
    codes = found.external_ids or _Codes()
    track = OutsideTrack(
        provider=PROVIDER,
        provider_id=found.id,
        title=title,
        artist=artist,
        album=_sound(_checked_name, album.name) or "",
        isrc=_sound(checked_isrc, codes.isrc),
        duration_seconds=_sound(_checked_length, found.duration_ms),
        cover_url=_sound(checked_cover_url, _cover(album.images or [])),
        # Read by browsers, too: nothing but an address of the web.
        preview_url=_sound(checked_cover_url, found.preview_url),
        external_url=_sound(checked_cover_url, links.spotify),
    )
    return FoundTrack(track, frozenset(map(name_key, names)))


def _checked_name(text: str) -> str:
    return checked_text(text, most=MAX_NAME)


def _checked_length(milliseconds: float) -> int:
    return checked_duration(round(milliseconds / 1000))


def _sound(check: Callable[[A], B], value: A | None) -> B | None:
    """The checked value, or None if it is invalid."""
    try:
        return None if value is None else check(value)
    except MetadataError:
        return None


def _cover(images: list[_Image]) -> str | None:
    """The smallest that is large enough, else the largest."""
    by_width = sorted(images, key=lambda image: image.width or 0)
    enough = [image for image in by_width if (image.width or 0) >= COVER_PIXELS]
    best = enough[:1] or by_width[-1:]
    return best[0].url if best else None
