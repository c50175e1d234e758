"""What a list is shown with where its service left something empty."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from apps.charts.models import ChartTrack, Edition, EditionEntry, RawEdition, Status
from apps.charts.selectors.charts import ListHeader, list_headers, service_list
from apps.tunemeld.lists import metadata

pytestmark = pytest.mark.django_db
DAY, NOW = date(2025, 3, 1), datetime(2025, 3, 1, tzinfo=UTC)


def new_list(service: str, *covers: str, tracks: tuple[ChartTrack | None, ...] = (), **fields: Any) -> None:
    """With a line for each cover; "" is a line without one."""
    edition = RawEdition.objects.create(
        genre="pop", service=service, issued_on=DAY, status=Status.OK, tried_at=NOW, **fields
    )
    for rank, cover in enumerate(covers, start=1):
        track = tracks[rank - 1] if tracks else None
        edition.entries.create(rank=rank, name="A", artist="B", cover_url=cover, track=track)


def test_empty_fields_have_values_of_the_right_type(settings):
    settings.SPOTIFY_CHARTS = {"pop": "p1"}
    settings.APPLE_MUSIC_CHARTS = {"pop": "https://apple.example/pop"}
    new_list("spotify", "", "https://covers.example/2", "https://covers.example/3", description=" ")
    new_list("apple_music", "https://covers.example/1", cover_url="https://covers.example/own", name="Own")
    track = ChartTrack.objects.create(
        isrc="ZZTUT2500001", name="A", artist="B", cover_url="https://covers.example/t"
    )
    new_list("soundcloud", "", "", tracks=(None, track), url="https://soundcloud.example/l", description="D")

    assert list_headers("pop") == {
        "spotify": ListHeader(
            name="Pop on Spotify",
            description="Curated pop tracks from Spotify",
            cover_url="https://covers.example/2",
            url="https://open.spotify.com/playlist/p1",
        ),
        "apple_music": ListHeader(
            name="Own",
            description="Curated pop tracks from Apple Music",
            cover_url="https://covers.example/own",
            url="https://apple.example/pop",
        ),
        "soundcloud": ListHeader(
            name="Pop on SoundCloud",
            description="D",
            cover_url="https://covers.example/t",
            url="https://soundcloud.example/l",
        ),
    }
    assert service_list("pop", "spotify", None).cover_url == "https://covers.example/2"
    _chart, *lists = metadata("pop", base_url="http://localhost")
    covers = {one.service_name: one.playlist_cover_url for one in lists}
    assert covers == {service: header.cover_url for service, header in list_headers("pop").items()}


def test_the_cover_of_a_chart_is_that_of_its_highest_track_with_one():
    edition = Edition.objects.create(genre="pop", issued_on=DAY, made_at=NOW, published_at=NOW)
    for rank, cover in enumerate(("", "https://covers.example/2", "https://covers.example/3"), start=1):
        track = ChartTrack.objects.create(isrc=f"ZZTUT250000{rank}", name="A", artist="B", cover_url=cover)
        EditionEntry.objects.create(edition=edition, track=track, rank=rank, points=1, ranks={})

    [chart] = metadata("pop", base_url="http://localhost")

    assert chart.playlist_cover_url == "https://covers.example/2"
