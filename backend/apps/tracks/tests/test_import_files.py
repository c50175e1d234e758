"""Files of every kind become rows, and one broken row takes no other with it."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.tracks.import_files import TrackFile
from apps.tracks.import_rows import BadRow, GoodRow, Record, columns_meant, read_row
from apps.tracks.metadata import TrackMetadata

Read = Callable[..., tuple[list[tuple[int, str]], list[int], str | None]]
HEADER = "title,artist,note\n"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Lines and titles of good rows, lines of bad ones, and why the file was not read to its end."""

    def read_file(content: str | bytes, name: str = "tracks.csv", **chosen: str):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        file = TrackFile(path, chosen)
        rows = list(file.rows())
        good = [(row.line, row.metadata.title) for row in rows if isinstance(row, GoodRow)]
        return good, [row.line for row in rows if not isinstance(row, GoodRow)], file.failure

    return read_file


@pytest.mark.parametrize(
    "content",
    [
        "title,artist\nHalo,Beyoncé\nZombie,Fela Kuti\n",
        "title;artist\r\nHalo;Beyoncé\r\nZombie;Fela Kuti",
        "\ufefftitle\tartist\nHalo\tBeyoncé\nZombie\tFela Kuti\n",
        '"title","artist"\n"Halo","Beyoncé"\n"Zombie","Fela Kuti"\n',
        '{"title": "x"}\n{"title": "Halo", "artist": "Beyoncé"}\n{"name": "Zombie", "artists": ["Fela"]}\n',
        '[\n{"title": "Halo", "artist": "Beyoncé"},\n{"title": "Zombie", "artist": "Fela Kuti"}]',
        '{"count": 2, "items": [\n{"title": "Halo", "artist": "B"},\n{"title": "Zombie", "artist": "F"}\n]}',
    ],
)
@pytest.mark.parametrize("is_zipped", [False, True])
def test_the_format_is_detected_by_content(read: Read, content: str, is_zipped: bool):
    data = gzip.compress(content.encode(), mtime=0) if is_zipped else content
    good, _, failure = read(data, "tracks.data.gz" if is_zipped else "tracks.data")
    assert good == [(2, "Halo"), (3, "Zombie")]
    assert failure is None


@pytest.mark.parametrize("broken", ['"Halo,Beyoncé,x', 'Halo,"Beyoncé,x', 'Halo,Beyoncé,"x'])
def test_an_unclosed_quote_invalidates_one_row(read: Read, broken: str):
    rest = "".join(f"T{number},A,\n" for number in range(5000))
    good, bad, failure = read(f"{HEADER}{broken}\n{rest}")
    assert bad == [2]
    assert good == [(number + 3, f"T{number}") for number in range(5000)]
    assert failure is None


@pytest.mark.parametrize(
    ("rows", "good", "bad"),
    [
        (b"\nHalo,B,\n,,\n\n", [(3, "Halo")], []),
        (b"Halo,B\nZombie,Fela,x,y\nSo What,Miles,\n", [(4, "So What")], [2, 3]),
        (b'Halo,B,"a\nb"\nZombie,Fela,\n', [(2, "Halo"), (4, "Zombie")], []),
        (b'"Halo,B,x\nZombie,Fela,\nA,"B,x\nSo What,Miles,\n', [(3, "Zombie"), (5, "So What")], [2, 4]),
        (b'Halo,"B,x\nZombie,"Fela,x\nSo What,Miles,\n', [(4, "So What")], [2, 3]),
        (b"Halo,B\xe9,\nZombie,Fela,caf\xe9\nSo What,Miles,\n", [(3, "Zombie"), (4, "So What")], [2]),
    ],
    ids=[
        *("blank lines", "rows of another length", "a cell of several lines"),
        *("a quote that closes in another row", "two quotes", "bytes that are no UTF-8"),
    ],
)
def test_invalid_rows_affect_no_other_row(read: Read, rows: bytes, good: list[Any], bad: list[int]):
    assert read(HEADER.encode() + rows) == (good, bad, None)


@pytest.mark.parametrize(
    ("content", "good", "bad"),
    [
        (
            '{"title": "Halo", "artist": "B"}\n{"title":\n5\n\n{"title": "Z", "artist": "F"}\n',
            *([(1, "Halo"), (5, "Z")], [2, 3]),
        ),
        ('[\n"Halo",\n{"title": 5, "artist": "B"},\n{"title": "Z", "artist": "F"}\n]', [(4, "Z")], [2, 3]),
    ],
)
def test_rows_that_are_no_json_or_no_track_affect_no_other_row(
    read: Read, content: str, good: list[Any], bad: list[int]
):
    assert read(content) == (good, bad, None)


@pytest.mark.parametrize("tail", ["", "x", "{}", ",]", "[" * 100_000, ',\n{"title": "Zom'])
def test_a_truncated_array_keeps_its_first_tracks(read: Read, tail: str):
    good, _, failure = read('[{"title": "Halo", "artist": "B"}' + tail)
    assert good == [(1, "Halo")]
    line = 1 + tail.count("\n")
    assert failure == (None if tail == ",]" else f"is not JSON from line {line} on")


def test_a_truncated_gzip_file_keeps_its_first_tracks(read: Read):
    rows = "".join(f"T{number},A{number * 7919 % 10007},\n" for number in range(20_000))
    good, _, failure = read(gzip.compress((HEADER + rows).encode())[:-2000], "tracks.csv.gz")
    assert 0 < len(good) < 20_000
    assert failure == "is damaged or cut off: its gzip data ends wrongly"


@pytest.mark.parametrize(
    ("content", "name", "failure"),
    [
        ("", "a.csv", "is empty"),
        (" \n\n", "a.csv", "is empty"),
        (gzip.compress(b"", mtime=0), "a.csv.gz", "is empty"),
        (b"no gzip", "a.csv.gz", "is called .gz but is not gzipped"),
        (
            gzip.compress(b"x" * 999, mtime=0)[:20],
            "a.csv.gz",
            "is damaged or cut off: its gzip data ends wrongly",
        ),
        ("title,artist\n".encode("utf-16"), "a.csv", "is UTF-16; save it as UTF-8"),
        ("[]", "a.json", "holds no rows"),
        ("x" * 2_000_000, "a.csv", "has a line 1 of over 1 MiB"),
        (
            "a,b\n1,2\n",
            "a.csv",
            "has no column for title and artist: say which with --columns title=…; it has a, b",
        ),
        (
            "title,b\n1,2\n",
            "a.csv",
            "has no column for artist: say which with --columns artist=…; it has title, b",
        ),
    ],
)
def test_files_without_tracks_report_the_reason(read: Read, content: str | bytes, name: str, failure: str):
    assert read(content, name) == ([], [], failure)


@pytest.mark.parametrize(
    "content",
    [
        "Titel,artist\nHalo,Beyoncé\n",
        '{"Titel": "Halo", "artist": "B"}\n',
        '[{"Titel": "Halo", "artist": "B"}]',
    ],
)
def test_a_byte_order_mark_belongs_to_no_column(read: Read, content: str):
    good, bad, failure = read("\ufeff" + content, title="Titel")
    assert [title for _, title in good] == ["Halo"]
    assert (bad, failure) == ([], None)


def test_columns_are_chosen_in_any_case_and_missing_ones_reported(read: Read):
    assert read("Titel,Von\nHalo,Beyoncé\n", title="titel", artist="VON") == ([(2, "Halo")], [], None)
    _, _, failure = read("title,artist\nHalo,Beyoncé\n", album="Platte")
    assert failure == "has no column Platte; it has title, artist"
    _, _, failure = read('[{"title": "Halo", "artist": "B"}]', album="Platte")
    assert failure == "has no column Platte"


# --- One row: columns by their names, cells by the rules ---------------------------------------------


def metadata(**cells: object) -> TrackMetadata:
    row = read_row(Record(7, {"title": "Halo", "artist": "Beyoncé", **cells}))
    assert isinstance(row, GoodRow), row
    return row.metadata


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


def test_a_chosen_column_has_precedence_over_usual_names():
    assert columns_meant(["name", "title", "artist"], {})["title"] == "title"
    columns = columns_meant(["Title", "Titel", "Artist"], {"title": "titel"})
    assert columns == {"title": "Titel", "artist": "Artist"}


def test_empty_cells_are_unknown_and_others_are_normalised():
    assert metadata(
        album=" ", genre="", isrc="", cover_url=" ", duration="", duration_ms=None
    ) == TrackMetadata("Halo", "Beyoncé")
    assert metadata(title="ýýýýýý", artist="\ufffd?").title == "ýýýýýý"
    assert metadata(isrc=" gb-um7-10-29604 ").isrc == "GBUM71029604"


@pytest.mark.parametrize("artist", ["A; B;C", ["A", "B", "C"], "A, B, C", ";A;;B; C;"])
def test_several_artists_are_separated_by_commas(artist: object):
    assert metadata(artist=artist).artist == "A, B, C"


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
def test_durations_are_parsed_in_every_usual_format(cells: dict[str, object], seconds: int):
    assert metadata(**cells).duration_seconds == seconds


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("duration", value) for value in ("long", "4:61", "-5", "0", "nan", "٣", True, float("inf"))),
        *(("duration_ms", "400"), ("duration_seconds", str(8 * 86400)), ("duration_seconds", "9" * 5000)),
    ],
)
def test_invalid_durations_make_the_row_invalid(column: str, value: object):
    assert "duration" in reason(**{column: value})
    assert "milliseconds" in reason(duration="222000")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"title": ""}, "there is no title"),
        ({"artist": " ; "}, "there is no artist"),
        ({"title": 1979}, "the title is not a text"),
        ({"title": "a\x00b"}, "the title holds control characters"),
        ({"title": "Halo\udce9"}, "the title is not valid UTF-8"),
        ({"isrc": "12345"}, "the isrc is not an ISRC: two letters, three letters or digits, seven digits"),
        ({"cover_url": "javascript:x"}, "the cover_url is not an http or https address"),
    ],
)
def test_invalid_cells_make_the_row_invalid(cells: dict[str, object], expected: str):
    assert reason(**cells) == expected
