"""Responses of services, with invented tracks, in the services' own formats."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

# Title, artist, ISRC; None where the service says none.
Track = tuple[str, str, str | None]

TRACKS: Sequence[Track] = tuple(
    (f"Title {number}", f"Artist {number}", f"ZZTST25{number:05}") for number in range(1, 41)
)


def isrc(number: int) -> str:
    return f"ZZTST25{number:05}"


def chosen(*numbers: int) -> list[Track]:
    return [TRACKS[number - 1] for number in numbers]


def spotify(tracks: Sequence[Track], **fields: Any) -> bytes:
    items = [
        {
            "track": {
                "id": f"sp{code}",
                "name": title,
                "artists": [{"name": artist}],
                "album": {"name": "An album", "images": [{"url": f"https://covers.example/{code}.jpg"}]},
                "duration_ms": 200_400,
                "external_ids": {"isrc": code} if code else {},
                "external_urls": {"spotify": f"https://spotify.example/{code}"},
            }
        }
        for title, artist, code in tracks
    ]
    return json.dumps({"items": items, "offset": 0, "next": None, **fields}).encode()


def apple(tracks: Sequence[Track]) -> bytes:
    lines = {
        str(place): {
            "name": title,
            "artist": artist,
            "album": "Another album",
            "duration": "3m 20s",
            "link": f"https://apple.example/album/x/1?i={crc32(f'{title}{artist}'.encode())}",
        }
        for place, (title, artist, _) in enumerate(tracks)
    }
    return json.dumps({"album_details": lines}).encode()


def soundcloud(tracks: Sequence[Track], *, plays: int = 1000, growth: int = 0) -> bytes:
    """Each track has `growth` plays more than the one before it."""
    items = [
        {
            "id": 7000 + place,
            "title": title,
            "permalink": f"https://soundcloud.example/{place}",
            "durationMs": 200_000,
            "playCount": plays + place * (1 + growth),
            "publisher": {"artist": artist, "isrc": code},
            "user": {"name": "somebody"},
        }
        for place, (title, artist, code) in enumerate(tracks)
    ]
    return json.dumps({"status": True, "tracks": {"items": items}}).encode()


WRITERS = {"spotify": spotify, "apple_music": apple, "soundcloud": soundcloud}


def settings_of_services(url: str) -> dict[str, Any]:
    """Keys for a stand-in of all services at this address, and a list of pop at each."""
    return {
        **{"SPOTIFY_CLIENT_ID": "id", "SPOTIFY_CLIENT_SECRET": "secret", "RAPIDAPI_KEY": "key"},
        **{"SPOTIFY_API_URL": f"{url}/v1", "SPOTIFY_ACCOUNTS_URL": f"{url}/accounts"},
        **{"APPLE_MUSIC_API_URL": f"{url}/apple", "SOUNDCLOUD_API_URL": f"{url}/sc"},
        "SPOTIFY_CHARTS": {"pop": "p1"},
        "APPLE_MUSIC_CHARTS": {"pop": "https://apple.example/pop"},
        "SOUNDCLOUD_CHARTS": {"pop": "https://soundcloud.example/pop"},
    }


class Folder:
    """A folder of recorded answers."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, service: str, genre: str, day: str, body: bytes) -> None:
        file = self.path / "raw" / service / genre / f"{day}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)

    def list(self, service: str, day: str, *numbers: int, genre: str = "pop") -> None:
        """SoundCloud's plays rise from day to day, of no two tracks equally much."""
        days = date.fromisoformat(day).toordinal() - date(2024, 1, 1).toordinal()
        plays = {"plays": 1_000_000 + 100 * days, "growth": days} if service == "soundcloud" else {}
        self.put(service, genre, day, WRITERS[service](chosen(*numbers), **plays))
