"""Synthetic chart days of all genres in the services' response formats, deterministic."""

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

GENRES = ("pop", "dance", "rap", "country")
FIRST_DAY = date(2025, 3, 1)
# Tracks from which a genre's lists are drawn, and the length of a list.
TRACKS, LENGTH = 160, 100
WORDS = [
    *("amber", "brook", "cinder", "delta", "ember", "fable", "gravel", "harbour", "island", "juniper"),
    *("kettle", "lantern", "meadow", "needle", "orchard", "pebble", "quarry", "ribbon", "saddle", "timber"),
    *("umber", "velvet", "willow", "yonder", "zephyr", "anchor", "basil", "copper", "drift", "fennel"),
]
NAMES = [
    *("Ada", "Bo", "Cem", "Dara", "Eli", "Fay", "Gil", "Hana", "Ivo", "Jun", "Kai", "Lea", "Mio", "Noa"),
    *("Oda", "Pia", "Rui", "Sol", "Tam", "Una", "Vic", "Wes", "Yuki", "Zoe"),
]
# Title variants of a service that provides no ISRC.
ASIDES = ("", "", "", " (Official Video)", " - Single Version", " (feat. {guest})")


def write_days(folder: Path, *, days: int) -> None:
    """raw/<service>/<genre>/<day>.json, and a table of counts."""
    rng = random.Random(7)
    counts = ["date,artist_title,streams_total"]
    for place, genre in enumerate(GENRES):
        tracks = [_track(rng, place, number) for number in range(TRACKS)]
        order = list(range(TRACKS))
        rng.shuffle(order)
        for day in range(days):
            on = FIRST_DAY + timedelta(days=day)
            order = _moved(rng, order)
            for service, write in (
                ("spotify", _spotify),
                ("apple_music", _apple),
                ("soundcloud", _soundcloud),
            ):
                listed = [tracks[number] for number in _moved(rng, order)[:LENGTH]]
                path = folder / "raw" / service / genre / f"{on}.json"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(write(listed, day)))
            counts += [
                f'{on},"{one["artist"]} - {one["title"]}",{one["plays"] + 4000 * day}' for one in tracks
            ]
    (folder / "counts.csv").write_text("\n".join(counts))


def _track(rng: random.Random, genre: int, number: int) -> dict[str, Any]:
    return {
        "title": " ".join(rng.sample(WORDS, 2)).title() + f" {number}",
        "artist": f"{rng.choice(NAMES)} {rng.choice(WORDS).title()}",
        "isrc": f"ZZBNC{genre}{number:06}",
        "id": genre * 10_000 + number,
        "plays": rng.randrange(10_000, 900_000),
    }


def _moved(rng: random.Random, order: Sequence[int]) -> list[int]:
    """Moves each a few positions up or down."""
    return [
        number
        for _, number in sorted((place + rng.gauss(0, 6), number) for place, number in enumerate(order))
    ]


def _spotify(tracks: Sequence[dict[str, Any]], day: int) -> dict[str, Any]:
    del day
    items = [
        {
            "track": {
                "id": f"sp{one['id']}",
                "name": one["title"],
                "artists": [{"name": one["artist"]}],
                "album": {"name": one["title"], "images": []},
                "duration_ms": 180_000,
                "external_ids": {"isrc": one["isrc"]},
                "external_urls": {"spotify": f"https://charts.example/{one['id']}"},
            }
        }
        for one in tracks
    ]
    return {"items": items, "offset": 0, "next": None}


def _apple(tracks: Sequence[dict[str, Any]], day: int) -> dict[str, Any]:
    del day
    lines = {}
    for place, one in enumerate(tracks):
        aside = ASIDES[one["id"] % len(ASIDES)].format(guest="Another Name")
        name = one["title"] if "Version" in aside else one["title"] + aside
        link = f"https://apple.example/a/1?i={one['id']}"
        lines[str(place)] = {"name": name, "artist": one["artist"], "link": link}
    return {"album_details": lines}


def _soundcloud(tracks: Sequence[dict[str, Any]], day: int) -> dict[str, Any]:
    items = [
        {
            "id": one["id"],
            "title": one["title"],
            "permalink": f"https://soundcloud.example/{one['id']}",
            "playCount": one["plays"] + 900 * day,
            "publisher": {"artist": one["artist"], "isrc": one["isrc"]},
            "user": {"name": "somebody"},
        }
        for one in tracks
    ]
    return {"status": True, "tracks": {"items": items}}
