"""What is read from responses of the services, and what is rejected."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from apps.charts.genres import RANKED
from apps.charts.parsers import apple_music, soundcloud, spotify, youtube
from apps.charts.parsers.base import Row, SourceError, SourceFailure
from apps.charts.pipeline.extract import READERS
from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen, isrc

TRACK = chosen(1)


def test_a_playlist_of_spotify_has_every_field():
    (row,) = spotify.read(bodies.spotify(TRACK)).rows

    assert row == Row(
        rank=1,
        name="Title 1",
        artist="Artist 1",
        service_track_id=f"sp{isrc(1)}",
        url=f"https://spotify.example/{isrc(1)}",
        album="An album",
        cover_url=f"https://covers.example/{isrc(1)}.jpg",
        isrc=isrc(1),
        duration_seconds=200,
    )


def test_a_whole_playlist_of_spotify_has_a_name_and_a_cover():
    whole = {
        **{"name": "A list", "description": "Of  things", "tracks": json.loads(bodies.spotify(TRACK))},
        "images": [{"url": "https://covers.example/list.jpg"}],
        "external_urls": {"spotify": "https://spotify.example/list"},
    }

    listing = spotify.read(json.dumps(whole).encode())

    assert (listing.name, listing.description) == ("A list", "Of things")
    covers = ("https://covers.example/list.jpg", "https://spotify.example/list")
    assert (listing.cover_url, listing.url) == covers


@pytest.mark.parametrize(
    ("track", "ranks", "unreadable"),
    [(None, [1, 3], 1), ({"name": "Title 2", "artists": "nobody"}, [1, 3], 1)],
    ids=["has gone from Spotify", "cannot be read"],
)
def test_an_invalid_line_affects_no_other(track, ranks, unreadable):
    content = json.loads(bodies.spotify(chosen(1, 2, 3)))
    content["items"][1]["track"] = track

    listing = spotify.read(json.dumps(content).encode())

    assert ([row.rank for row in listing.rows], listing.unreadable) == (ranks, unreadable)


def test_saved_tracks_have_their_own_positions():
    saved = [
        {"name": "Title 2", "artists": ["A", "B"], "list_position": 2, "song_id": "x2", "duration": 200},
        {"name": "Title 1", "artists": ["A"], "list_position": 1, "song_id": "x1", "isrc": isrc(1)},
    ]

    rows = spotify.read(json.dumps(saved).encode()).rows

    assert [(row.rank, row.artist, row.isrc) for row in rows] == [(1, "A", isrc(1)), (2, "A, B", None)]


def test_apple_music_has_no_isrc_and_its_id_is_read_from_the_link():
    content = {"0": {"name": "N", "artist": "A", "link": "https://apple.example/us/album/n/12?i=34"}}

    (row,) = apple_music.read(json.dumps({"album_details": content}).encode()).rows

    assert (row.rank, row.service_track_id, row.isrc, row.duration_seconds) == (1, "34", None, None)


@pytest.mark.parametrize(
    ("text", "seconds"), [("3m 40s", 220), ("1h 2m 3s", 3723), ("59s", 59), ("soon", None), ("", None)]
)
def test_durations_of_apple_music_are_read(text, seconds):
    content = {"0": {"name": "N", "artist": "A", "duration": text}}

    assert (
        apple_music.read(json.dumps({"album_details": content}).encode()).rows[0].duration_seconds == seconds
    )


def test_songs_of_apples_own_api_are_read():
    content = {
        **{"name": "N", "artistName": "A", "isrc": isrc(1), "durationInMillis": 186_964},
        "artwork": {"url": "https://covers.example/{w}x{h}.jpg"},
    }
    song = {"id": "1", "attributes": content}

    for response in ([song], {"data": [song]}, {"results": {"songs": [{"data": [song]}]}}):
        (row,) = apple_music.read(json.dumps(response).encode()).rows
        assert (row.isrc, row.duration_seconds) == (isrc(1), 187)
        assert row.cover_url == "https://covers.example/400x400.jpg"


def test_soundcloud_has_play_counts_and_uploaders():
    body = bodies.soundcloud(TRACK, plays=5)
    (row,) = soundcloud.read(body).rows
    assert (row.play_count, row.isrc, row.artist) == (5, isrc(1), "Artist 1")

    content = json.loads(body)
    content["tracks"]["items"][0]["publisher"] = None
    assert soundcloud.read(json.dumps(content).encode()).rows[0].artist == "somebody"


@pytest.mark.parametrize("service", RANKED)
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Won&#039;t Stop &amp; Go", "Won't Stop & Go"),
        ("Won&amp;#x27;t&nbsp;Stop", "Won't Stop"),
        ("Rhythm & Micro&Macro &amp", "Rhythm & Micro&Macro &amp"),
        ("\u202eWon\u200bt\ufeff Stop", "Wont Stop"),
        ("نمی\u200cدانم", "نمی\u200cدانم"),
        ("Café d’Ã", "Café d’Ã"),
        ("Ã‰toile dâ€™Ã©tÃ©", "Étoile d’été"),
        ("Ã\u00a0 deux", "à deux"),
        ("CafÃƒÂ©", "Café"),
    ],
)
def test_names_are_normalised_as_displayed(service, written, name):
    rows = READERS[service](bodies.WRITERS[service]([(written, written, isrc(1))])).rows

    assert [(row.name, row.artist) for row in rows] == [(name, name)]


@pytest.mark.parametrize("service", RANKED)
@pytest.mark.parametrize(
    "name", ["\u200b", "\u202e \u200d", "\u3164", "&#8203;", "null", "None", "N/A", "undefined"]
)
def test_an_invisible_or_placeholder_name_is_unreadable(service, name):
    good = chosen(1, 2)
    listing = READERS[service](
        bodies.WRITERS[service]([*good, (name, "Artist", None), ("Title", name, None)])
    )

    assert (listing.rows[0].name, listing.unreadable) == ("Title 1", 2)


def test_addresses_of_apple_music_are_unescaped():
    content = {
        "0": {"name": "N", "artist": "A", "link": "https://apple.example/a/1?uo=4&amp;i=34"},
        "count": 1,
    }

    listing = apple_music.read(json.dumps({"album_details": content}).encode())

    assert (listing.rows[0].url, listing.rows[0].service_track_id) == (
        "https://apple.example/a/1?uo=4&i=34",
        "34",
    )
    assert listing.unreadable == 0, "what is said of the list itself is no line"


def test_an_invalid_isrc_is_none():
    (row,) = spotify.read(bodies.spotify([("T", "A", "ZZ-TST-25-00001")])).rows
    (odd,) = spotify.read(bodies.spotify([("T", "A", "ZZTST2500001\n9")])).rows

    assert (row.isrc, odd.isrc) == (isrc(1), None)


@pytest.mark.parametrize("service", RANKED)
@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b"", SourceFailure.GARBAGE),
        (b"<html>down for maintenance</html>", SourceFailure.GARBAGE),
        (b"\xff\xfe\x00", SourceFailure.GARBAGE),
        (b"[" * 100_000, SourceFailure.GARBAGE),
        (b"null", SourceFailure.GARBAGE),
        (b"7", SourceFailure.GARBAGE),
        (b"{}", SourceFailure.GARBAGE),
        (b'{"tracks": 5, "album_details": 5}', SourceFailure.GARBAGE),
        (b'{"message": "Invalid API key."}', SourceFailure.ERROR_BODY),
        (b'{"error": {"status": 429, "message": "Too many"}}', SourceFailure.ERROR_BODY),
        (b'{"errors": [{"title": "No"}]}', SourceFailure.ERROR_BODY),
        (b'{"status": false, "errorId": "PlaylistNotFound"}', SourceFailure.ERROR_BODY),
    ],
)
def test_an_invalid_list_is_rejected_with_a_reason(service, body, trouble):
    with pytest.raises(SourceError) as raised:
        READERS[service](body)

    assert raised.value.trouble == trouble


@pytest.mark.parametrize("service", RANKED)
def test_an_empty_list_is_invalid(service):
    with pytest.raises(SourceError) as raised:
        READERS[service](bodies.WRITERS[service]([]))

    assert raised.value.trouble == SourceFailure.EMPTY


def test_videos_of_a_search_are_read():
    content = {
        "items": [
            {"id": {"kind": "youtube#channel", "channelId": "c"}, "snippet": {"title": "A channel"}},
            {"id": {"videoId": "v1"}, "snippet": {"title": "T", "channelTitle": "C"}},
        ]
    }

    (video,) = youtube.read_search(json.dumps(content).encode())

    assert (video.video_id, video.title, video.channel) == ("v1", "T", "C")
    assert video.url == "https://www.youtube.com/watch?v=v1"


def test_views_of_videos_are_read_and_hidden_ones_are_unknown():
    content = {"items": [{"id": "a", "statistics": {"viewCount": "74462"}}, {"id": "b", "statistics": {}}]}

    assert youtube.read_views(json.dumps(content).encode()) == {"a": 74462, "b": None}


def test_an_error_in_a_200_response_of_youtube_is_an_error():
    with pytest.raises(SourceError, match="quota"):
        youtube.read_views(b'{"error": {"code": 403, "message": "quota exceeded"}}')


def test_many_threads_may_decode_a_new_type_concurrently():
    """As at a first run, when the lists of several services arrive together."""
    program = [sys.executable, "-m", "apps.charts.tests.first_use"]

    ended = subprocess.run(program, cwd=settings.BACKEND_DIR)  # noqa: S603 - a program of our own

    assert ended.returncode == 0


@pytest.mark.parametrize(
    ("artists", "shown"),
    [
        (["\u200b", "Ada"], ["Ada"]),
        (["Ada", "null"], ["Ada"]),
        (["\u200b", "\u200b"], []),
        (["null"] * 2, []),
    ],
)
def test_artists_without_a_name_are_left_out_and_a_line_with_no_other_is_unreadable(artists, shown):
    content = json.loads(bodies.spotify(chosen(1, 2, 3)))
    content["items"][1]["track"]["artists"] = [{"name": name} for name in artists]

    listing = spotify.read(json.dumps(content).encode())

    assert [row.artist for row in listing.rows if row.rank == 2] == shown
    assert listing.unreadable == (not shown)
