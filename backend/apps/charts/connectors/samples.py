"""Small invented editions, marked as samples, so that there are charts before any service is configured.

No real artist has these names; the codes begin with ZZ, which is no country's. They are written as the
services write theirs, and read by the same readers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Min

from apps.charts.connectors.base import AvailableEdition, AvailableTable, RawResponse, Scope, ranked_in
from apps.charts.genres import Genre, MusicService
from apps.charts.models import RawEdition

DAYS = 4
LENGTH = 10
# Where nothing is, by definition (RFC 2606).
PLACE = "https://charts.example"

Track = tuple[str, str]
TRACKS: Mapping[Genre, Sequence[Track]] = {
    Genre.POP: (
        ("Paper Lantern Summer", "Vera Lindholt"),
        ("Second Window Left", "The Tuesday Post"),
        ("Glass Umbrella", "Mira Oku"),
        ("Half a Map", "Jonas Ferrant"),
        ("Loud in the Library", "Pilot Season Two"),
        ("Orange Peel Letters", "Noor Haldane"),
        ("Slow Elevator", "Kit & Marlow"),
        ("Borrowed Raincoat", "Vera Lindholt"),
        ("Any Other Station", "Eleni Vasko"),
        ("Kitchen Light", "The Tuesday Post"),
        ("Tell the Lighthouse", "Sun Over Parking"),
        ("Postcard to Noone", "Mira Oku"),
    ),
    Genre.DANCE: (
        ("Voltage Garden", "Kassel 9"),
        ("Run the Escalator", "Odile Strand"),
        ("Night Bus Theory", "Marrow & Pine"),
        ("Concrete Swim", "DJ Halvard"),
        ("Blue Relay", "Kassel 9"),
        ("Hands on the Fader", "Tamsin Bright"),
        ("Four Floor Weather", "Lumen Depot"),
        ("Satellite Kitchen", "Odile Strand"),
        ("Pressure Cooker Disco", "The Ninth Socket"),
        ("After the Sirens", "Marrow & Pine"),
        ("Copper Wire Harp", "Lumen Depot"),
        ("Turnstile", "DJ Halvard"),
    ),
    Genre.RAP: (
        ("Corner Shop Sermon", "Brick Almanac"),
        ("No Receipt", "Lady Ferro"),
        ("Stairwell Acoustics", "Onyx Tran"),
        ("Ledger", "Brick Almanac"),
        ("Fifth Language", "Solo Mubarak"),
        ("Cold Radiator", "Young Cartographer"),
        ("Signed in Pencil", "Lady Ferro"),
        ("Overtime", "Deacon Lowe"),
        ("Bus Pass Poetry", "Onyx Tran"),
        ("Two Keys, One Door", "Solo Mubarak"),
        ("Minor Celebrity", "Young Cartographer"),
        ("Rooftop Inventory", "Deacon Lowe"),
    ),
    Genre.COUNTRY: (
        ("Gravel and Gospel", "Hattie Crane"),
        ("Fence Line Moon", "The Dry Creek Five"),
        ("Daddy's Other Truck", "Wade Sorrel"),
        ("Porch Light Promise", "June Abernathy"),
        ("Hay Season Blues", "Hattie Crane"),
        ("Tin Roof Radio", "Calder Boone"),
        ("Last Gas for Miles", "Wade Sorrel"),
        ("Sunday Boots", "June Abernathy"),
        ("River Took the Bridge", "The Dry Creek Five"),
        ("Whistle Past Amarillo", "Calder Boone"),
        ("Quilt", "Marnie Tull"),
        ("Coffee and a Cattle Gate", "Marnie Tull"),
    ),
}
# How far a service's list is turned on each of the days: so tracks rise, fall, leave and come back.
TURNS: Mapping[MusicService, Sequence[int]] = {
    MusicService.SPOTIFY: (0, 1, 3, 2),
    MusicService.APPLE_MUSIC: (1, 0, 2, 4),
    MusicService.SOUNDCLOUD: (3, 2, 0, 1),
}
FIRST_PLAYS, PLAYS_A_DAY = 120_000, 7_500
# Long enough for a change over 30 days on each of the four.
COUNTED_DAYS = 35
FIRST_STREAMS, STREAMS_STEP = 310_000, 42_500
FIRST_VIEWS, VIEWS_STEP = 140_000, 18_300
FEATURES = (
    *("danceability", "energy", "valence", "tempo", "acousticness"),
    *("loudness", "instrumentalness", "speechiness", "liveness"),
)
SOUND: Mapping[Genre, Sequence[float]] = {
    Genre.POP: (0.64, 0.66, 0.55, 116, 0.22, -6.1, 0.02, 0.06, 0.14),
    Genre.DANCE: (0.74, 0.81, 0.47, 126, 0.05, -5.2, 0.21, 0.07, 0.18),
    Genre.RAP: (0.78, 0.61, 0.44, 138, 0.14, -7.3, 0.01, 0.24, 0.16),
    Genre.COUNTRY: (0.57, 0.63, 0.58, 122, 0.31, -6.8, 0.005, 0.04, 0.15),
}


class SampleConnector:
    """Four days that end with the day of the first request. They do not change later."""

    is_sample = True
    videos = None
    catalogue = None

    def tables(self, *, now: datetime) -> Sequence[AvailableTable]:
        """Spotify's counts until the last of the days, and how the tracks sound."""
        if RawEdition.objects.filter(is_sample=False).exists():
            return []
        last = _first_day(now) + timedelta(days=DAYS - 1)
        return [
            AvailableTable("sample-counts", lambda _known: RawResponse(sample_counts(last))),
            AvailableTable("sample-features", lambda _known: RawResponse(sample_features())),
        ]

    def editions(self, scope: Scope, *, now: datetime) -> Sequence[AvailableEdition]:
        if RawEdition.objects.filter(is_sample=False).exists():
            return []
        first = _first_day(now)
        return [
            _available(genre, service, first, day)
            for day in range(DAYS)
            for genre, service in ranked_in(scope)
        ]


def _first_day(now: datetime) -> date:
    begun: date | None = RawEdition.objects.aggregate(first=Min("issued_on"))["first"]
    return begun or now.date() - timedelta(days=DAYS - 1)


def _available(genre: Genre, service: MusicService, first: date, day: int) -> AvailableEdition:
    return AvailableEdition(
        genre, service, first + timedelta(days=day), lambda: RawResponse(sample_body(genre, service, day))
    )


def sample_body(genre: Genre, service: MusicService, day: int) -> bytes:
    """The service's response on one of the days, from 0."""
    numbers = _turned(TURNS[service][day])
    return msgspec.json.encode(WRITERS[service](genre, numbers, day))


def sample_counts(last: date) -> bytes:
    """Running totals of every track, COUNTED_DAYS days long. Some rise faster and faster, some slow down."""
    lines = ["date,artist_title,streams,streams_total"]
    for genre in Genre:
        for number, (name, artist) in enumerate(TRACKS[genre]):
            total = FIRST_STREAMS + STREAMS_STEP * ((number * 7 + len(genre)) % 12)
            for day in range(COUNTED_DAYS):
                streams = _streams(genre, number, day)
                total += streams
                on = last - timedelta(days=COUNTED_DAYS - 1 - day)
                lines.append(f'{on},"{artist} - {name}",{streams},{total}')
    return "\n".join(lines).encode()


def sample_views(now: datetime) -> Iterator[tuple[str, date, int]]:
    """Running totals of each track's video, by ISRC and day: of the days that the other counts are of."""
    if RawEdition.objects.filter(is_sample=False).exists():
        return
    first = _first_day(now) + timedelta(days=DAYS - COUNTED_DAYS)
    for genre in Genre:
        for number in range(len(TRACKS[genre])):
            total = FIRST_VIEWS + VIEWS_STEP * ((number * 5 + len(genre)) % 12)
            for day in range(COUNTED_DAYS):
                total += _streams(genre, number, day) * 2 // 3
                yield _isrc(genre, number), first + timedelta(days=day), total


def _streams(genre: Genre, number: int, day: int) -> int:
    """Of one day: those of even numbers rise, the others fall; all of them go up and down in a week."""
    usual = 9000 - 520 * number + 170 * list(Genre).index(genre)
    trend = 1 + (day / COUNTED_DAYS) * (0.9 if number % 2 == 0 else -0.4)
    week = (0, 2, 3, 1, 4, 9, 7)[(day + number) % 7]
    return round(usual * trend) + 61 * week


def sample_features() -> bytes:
    """Tracks of a genre sound more like each other than like those of another; two have none."""
    lines = [",".join(["isrc", *FEATURES])]
    for genre, usual in SOUND.items():
        for number in range(len(TRACKS[genre]) - 2):
            turns = [((number + 1) * (place + 3)) % 7 - 3 for place in range(len(usual))]
            values = [round(value * (1 + 0.06 * turn), 4) for value, turn in zip(usual, turns, strict=True)]
            lines.append(",".join(map(str, [_isrc(genre, number), *values])))
    return "\n".join(lines).encode()


def _turned(by: int) -> list[int]:
    """Which tracks, from 0, are on a list: all turned, some pairs swapped, cut to its length."""
    numbers = list(range(len(TRACKS[Genre.POP])))
    turned = numbers[by:] + numbers[:by]
    for place in range(0, len(turned) - 1, 4):
        if by % 2:
            turned[place], turned[place + 1] = turned[place + 1], turned[place]
    return turned[:LENGTH]


def _isrc(genre: Genre, number: int) -> str:
    return f"ZZTUT25{list(Genre).index(genre)}{number + 1:04}"


def _named(genre: Genre) -> str:
    return f"Sample: {genre}"


def _spotify(genre: Genre, numbers: Sequence[int], day: int) -> dict[str, Any]:
    del day
    return {
        "name": _named(genre),
        "description": "Invented tracks, to show what charts look like.",
        "external_urls": {"spotify": f"{PLACE}/spotify/{genre}"},
        "images": [],
        "tracks": {"items": [{"track": _spotify_track(genre, number)} for number in numbers]},
    }


def _spotify_track(genre: Genre, number: int) -> dict[str, Any]:
    name, artist = TRACKS[genre][number]
    return {
        "id": f"sample{_isrc(genre, number)}",
        "name": name,
        "artists": [{"name": artist}],
        "album": {"name": f"{name} (single)", "images": []},
        "duration_ms": 180_000 + 1000 * number,
        "external_ids": {"isrc": _isrc(genre, number)},
        "external_urls": {"spotify": f"{PLACE}/spotify/track/{_isrc(genre, number)}"},
    }


def _apple(genre: Genre, numbers: Sequence[int], day: int) -> dict[str, Any]:
    del day
    lines = {
        str(place): {
            "name": TRACKS[genre][number][0],
            "artist": TRACKS[genre][number][1],
            "link": f"{PLACE}/apple/{genre}/1?i={1000 * (list(Genre).index(genre) + 1) + number}",
        }
        for place, number in enumerate(numbers)
    }
    return {"playlist_name": _named(genre), "playlist_link": f"{PLACE}/apple/{genre}", "album_details": lines}


def _soundcloud(genre: Genre, numbers: Sequence[int], day: int) -> dict[str, Any]:
    items = [
        {
            "id": 5000 + 100 * list(Genre).index(genre) + number,
            "title": TRACKS[genre][number][0],
            "permalink": f"{PLACE}/soundcloud/{_isrc(genre, number)}",
            "playCount": FIRST_PLAYS - 4000 * number + (PLAYS_A_DAY - 310 * number) * day,
            "publisher": {"artist": TRACKS[genre][number][1], "isrc": _isrc(genre, number)},
            "user": {"name": "sample"},
        }
        for number in numbers
    ]
    return {
        "status": True,
        "title": _named(genre),
        "permalinkUrl": f"{PLACE}/soundcloud/{genre}",
        "tracks": {"items": items},
    }


WRITERS: Mapping[MusicService, Callable[[Genre, Sequence[int], int], dict[str, Any]]] = {
    MusicService.SPOTIFY: _spotify,
    MusicService.APPLE_MUSIC: _apple,
    MusicService.SOUNDCLOUD: _soundcloud,
}
