"""Spotify: a playlist of its Web API, whole or its items alone, and the same as a file of saved tracks."""

from typing import Any

import msgspec

from apps.charts.connectors.base import FoundRecording
from apps.charts.matching.interpretations import readings
from apps.charts.matching.text_similarity import BETWEEN, words_of
from apps.charts.parsers.base import (
    Address,
    Lines,
    Listing,
    Row,
    SourceError,
    SourceFailure,
    address_of,
    converted,
    decoded,
    described,
    id_of,
    isrc_of,
    joined,
    json_of,
    name_of,
    optional_name,
    seconds_of,
)

# Longer queries are rejected.
MAX_QUERY = 250


class _Artist(msgspec.Struct):
    name: str


class _Image(msgspec.Struct):
    url: str


class _Album(msgspec.Struct):
    name: str = ""
    images: list[_Image] | None = None


class _Track(msgspec.Struct):
    name: str
    artists: list[_Artist]
    id: str | None = None
    album: _Album | None = None
    duration_ms: float | None = None
    external_ids: dict[str, str] | None = None
    external_urls: dict[str, str] | None = None


class _Item(msgspec.Struct):
    track: _Track


class _Page(msgspec.Struct):
    # A track deleted by Spotify is null.
    items: list[Any]
    offset: int = 0


class _Playlist(msgspec.Struct):
    tracks: _Page
    name: str = ""
    description: str | None = None
    images: list[_Image] | None = None
    external_urls: dict[str, str] | None = None


class _Saved(msgspec.Struct):
    """A line of a file of saved tracks."""

    name: str
    artists: list[str]
    list_position: int
    song_id: str = ""
    url: str = ""
    album_name: str = ""
    cover_url: str | None = None
    isrc: str | None = None
    duration: float | None = None
    list_name: str = ""
    list_url: str = ""


def address_of_list(playlist: str) -> Address:
    """By its id: the playlist with its first hundred tracks."""
    return Address(f"/playlists/{playlist}")


def address_of_search(title: str, artist: str, shape: int) -> Address:
    """By fields; as words; as the bare words of title and first artist."""
    whole = readings(title, artist)[0]
    bare = f"{whole.name} {words_of(BETWEEN.split(artist)[0])}"
    queries = (f'track:"{_unquoted(title)}" artist:"{_unquoted(artist)}"', f"{title} {artist}", bare)
    return Address("/search", {"q": queries[shape][:MAX_QUERY], "type": "track", "limit": "10"})


def _unquoted(text: str) -> str:
    return text.replace('"', " ")


def read_search(body: bytes) -> tuple[FoundRecording, ...]:
    """The best first; what says no ISRC is left out. Raises SourceError."""
    value = json_of(body)
    tracks = value.get("tracks") if isinstance(value, dict) else None
    items = tracks.get("items") if isinstance(tracks, dict) else None
    if not isinstance(items, list):
        raise SourceError(SourceFailure.GARBAGE, "no tracks")
    lines = Lines()
    for place, item in enumerate(items):
        lines.add(lambda place=place, item=item: _row(place + 1, converted(item, _Track)))  # type: ignore[misc]
    return tuple(FoundRecording(row.isrc, row.name, row.artist) for row in lines.rows if row.isrc)


def read(body: bytes) -> Listing:
    """Raises SourceError."""
    value = json_of(body)
    if isinstance(value, list):
        return _read_saved(decoded(value, list[_Saved]))
    if isinstance(value, dict) and "tracks" in value:
        playlist = decoded(value, _Playlist)
        return _read_page(
            playlist.tracks,
            name=optional_name(playlist.name),
            description=described(playlist.description),
            url=address_of((playlist.external_urls or {}).get("spotify")),
            cover_url=_first(playlist.images),
        )
    if isinstance(value, dict) and "items" in value:
        return _read_page(decoded(value, _Page))
    raise SourceError(SourceFailure.GARBAGE, "no playlist")


def _read_page(page: _Page, **header: str) -> Listing:
    lines = Lines()
    for place, item in enumerate(page.items):
        rank = page.offset + place + 1
        lines.add(lambda item=item, rank=rank: _row(rank, converted(item, _Item).track))  # type: ignore[misc]
    return lines.finished(**header)


def _row(rank: int, track: _Track) -> Row:
    album = track.album or _Album()
    return Row(
        rank=rank,
        name=name_of(track.name),
        artist=name_of(joined(optional_name(artist.name) for artist in track.artists)),
        service_track_id=id_of(track.id or ""),
        url=address_of((track.external_urls or {}).get("spotify")),
        album=optional_name(album.name),
        cover_url=_first(album.images),
        isrc=isrc_of((track.external_ids or {}).get("isrc")),
        duration_seconds=seconds_of(track.duration_ms),
    )


def _read_saved(saved: list[_Saved]) -> Listing:
    lines = Lines()
    for one in saved:
        lines.add(lambda one=one: _saved_row(one))  # type: ignore[misc]
    first = saved[0] if saved else _Saved("", [], 0)
    return lines.finished(name=optional_name(first.list_name), url=address_of(first.list_url))


def _saved_row(one: _Saved) -> Row:
    return Row(
        rank=one.list_position,
        name=name_of(one.name),
        artist=name_of(joined(map(optional_name, one.artists))),
        service_track_id=id_of(one.song_id),
        url=address_of(one.url),
        album=optional_name(one.album_name),
        cover_url=address_of(one.cover_url),
        isrc=isrc_of(one.isrc),
        duration_seconds=seconds_of((one.duration or 0) * 1000),
    )


def _first(images: list[_Image] | None) -> str:
    return address_of(images[0].url) if images else ""
