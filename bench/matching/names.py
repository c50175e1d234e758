"""Names of recordings by their IDs at the services, from tables of any layout with such columns."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# Column names in the known data sets.
TITLES = ("title", "Track Name", "track_name")
ARTISTS = ("artist", "artists", "Artist Names", "artist_names")
# Columns that contain all artists.
FULL_CREDITS = ("spotify", "apple_music")
# Column of an ID → its service; "" if the row names the service.
IDS = {
    "service_track_id": "",
    "spotify_track_id": "spotify",
    "YouTube URL": "youtube",
    "youtube_url": "youtube",
}


@dataclass(frozen=True)
class Named:
    """A recording's names at one service."""

    key: str
    title: str
    artist: str
    isrc: str


def names_below(folder: Path) -> dict[str, Named]:
    """By `service:id`. Of several spellings the first is used, in the order of the files' names."""
    found: dict[str, Named] = {}
    for place in sorted(folder.rglob("*.csv.gz")):
        for row in rows_of(place):
            if (named := _named(row)) is not None:
                found.setdefault(named.key, named)
    return found


def rows_of(place: Path) -> Iterator[dict[str, str]]:
    with gzip.open(place, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _named(row: Mapping[str, str]) -> Named | None:
    title, artist = _first(row, TITLES), _first(row, ARTISTS)
    for column, service in IDS.items():
        if (value := row.get(column)) and title and artist:
            key = f"{service or row.get('service', '')}:{value.rpartition('v=')[2]}"
            return Named(key, title, artist, row.get("isrc") or "")
    return None


def _first(row: Mapping[str, str], columns: tuple[str, ...]) -> str:
    return next((row[column] for column in columns if row.get(column)), "")
