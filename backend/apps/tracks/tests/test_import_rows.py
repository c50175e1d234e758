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


def test_the_chosen_name_counts_before_the_more_usual_and_that_before_another():
    assert columns_meant(["name", "title", "artist"], {})["title"] == "title"
    columns = columns_meant(["Title", "Titel", "Artist"], {"title": "titel"})
    assert columns == {"title": "Titel", "artist": "Artist"}


def test_empty_cells_are_unknown_and_others_written_in_one_way():
    assert facts(album=" ", genre="", isrc="", cover_url=" ", duration="", duration_ms=None) == TrackFacts(
        "Halo", "Beyoncé"
    )
    assert facts(title="ýýýýýý", artist="\ufffd?").title == "ýýýýýý"
    assert facts(isrc=" gb-um7-10-29604 ").isrc == "GBUM71029604"


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
    ("column", "value"),
    [
        *(("duration", value) for value in ("long", "4:61", "-5", "0", "nan", "٣", True, float("inf"))),
        *(("duration_ms", "400"), ("duration_seconds", str(8 * 86400)), ("duration_seconds", "9" * 5000)),
    ],
)
def test_nonsense_durations_make_the_row_bad(column: str, value: object):
    assert "duration" in reason(**{column: value})
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
