"""What one row says: columns by their names, cells by the rules."""

import pytest

from apps.tracks.facts import TrackFacts
from apps.tracks.rows import BadRow, GoodRow, Record, columns_meant, read_row


def facts(**cells: object) -> TrackFacts:
    row = read_row(Record(7, {"title": "Halo", "artist": "Beyoncé", **cells}))
    assert isinstance(row, GoodRow), row
    return row.facts


def reason(**cells: object) -> str:
    row = read_row(Record(7, {"title": "Halo", "artist": "Beyoncé", **cells}))
    assert isinstance(row, BadRow), row
    assert row.line == 7
    return row.reason


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("title,artists,album,duration_ms", {"title", "artist", "album", "duration_ms"}),
        ("Track,Album Name,Artist,ISRC", {"title", "artist", "album", "isrc"}),
        (
            "Track Name,Artist Name(s),Track Duration (ms),Album Image URL",
            {"title", "artist", "duration_ms", "cover_url"},
        ),
        ("SONG,ARTIST,LENGTH,GENRE,COVER", {"title", "artist", "duration", "genre", "cover_url"}),
        ("name,artist_name,duration_seconds,image", {"title", "artist", "duration_seconds", "cover_url"}),
    ],
)
def test_usual_names_are_known(header: str, meant: set[str]):
    assert set(columns_meant(header.split(","), {})) == meant


def test_the_more_usual_of_two_names_counts():
    assert columns_meant(["name", "title", "artist"], {})["title"] == "title"


def test_a_chosen_column_goes_before_the_usual_one():
    columns = columns_meant(["Title", "Titel", "Artist"], {"title": "titel"})
    assert columns == {"title": "Titel", "artist": "Artist"}


def test_title_and_artist_are_enough():
    assert facts() == TrackFacts("Halo", "Beyoncé")


def test_empty_cells_are_unknown():
    assert facts(album=" ", genre="", isrc="", cover_url=" ", duration="", duration_ms=None) == TrackFacts(
        "Halo", "Beyoncé"
    )


@pytest.mark.parametrize("artist", ["A; B;C", ["A", "B", "C"], "A, B, C", ";A;;B; C;"])
def test_several_artists_are_separated_by_commas(artist: object):
    assert facts(artist=artist).artist == "A, B, C"


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        ({"duration_seconds": "261"}, 261),
        ({"duration_seconds": 261}, 261),
        ({"duration": "4:21"}, 261),
        ({"duration": "1:02:03"}, 3723),
        ({"duration": "90:00"}, 5400),
        ({"duration": "260.6"}, 261),
        ({"duration_ms": "261333"}, 261),
        ({"duration_ms": 261333.0}, 261),
        ({"duration_seconds": "", "duration_ms": "5000"}, 5),
        ({"duration_seconds": "7", "duration_ms": "5000"}, 7),
    ],
)
def test_durations_are_understood(cells: dict[str, object], seconds: int):
    assert facts(**cells).duration_seconds == seconds


@pytest.mark.parametrize(
    "cells",
    [
        {"duration": "long"},
        {"duration": "4:61"},
        {"duration": "-5"},
        {"duration": "0"},
        {"duration": "nan"},
        {"duration": "٣"},
        {"duration": True},
        {"duration": float("inf")},
        {"duration_ms": "400"},
        {"duration_seconds": str(8 * 86400)},
        {"duration_seconds": "9" * 5000},
    ],
)
def test_nonsense_durations_make_the_row_bad(cells: dict[str, object]):
    assert "duration" in reason(**cells)


def test_milliseconds_in_a_column_called_duration_are_not_taken_for_seconds():
    assert "milliseconds" in reason(duration="222000")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"title": ""}, "there is no title"),
        ({"title": None}, "there is no title"),
        ({"artist": " ; "}, "there is no artist"),
        ({"title": 1979}, "the title is not a text"),
        ({"title": {"a": 1}}, "the title is not a text"),
        ({"title": "x" * 301}, "the title is longer than 300 characters"),
        ({"title": "a\x00b"}, "the title holds control characters"),
        ({"album": "a\nb"}, "the album holds control characters"),
        ({"title": "Halo\udce9"}, "the title is not valid UTF-8"),
        ({"isrc": "12345"}, "the isrc is not an ISRC: two letters, three letters or digits, seven digits"),
        ({"cover_url": "javascript:x"}, "the cover_url is not an http or https address"),
    ],
)
def test_bad_cells_make_the_row_bad(cells: dict[str, object], expected: str):
    assert reason(**cells) == expected


def test_isrcs_are_written_in_one_way():
    assert facts(isrc=" gb-um7-10-29604 ").isrc == "GBUM71029604"


def test_damaged_names_are_kept_as_they_are():
    assert facts(title="ýýýýýý", artist="\ufffd?").title == "ýýýýýý"
