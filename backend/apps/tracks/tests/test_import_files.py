"""Files of every kind become rows, and one broken row takes no other with it."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.tracks.files import TrackFile
from apps.tracks.rows import GoodRow

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
        good = [(row.line, row.facts.title) for row in rows if isinstance(row, GoodRow)]
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
def test_every_kind_is_told_by_what_is_in_it(read: Read, content: str, is_zipped: bool):
    data = gzip.compress(content.encode(), mtime=0) if is_zipped else content
    good, _, failure = read(data, "tracks.data.gz" if is_zipped else "tracks.data")
    assert good == [(2, "Halo"), (3, "Zombie")]
    assert failure is None


def test_blank_lines_are_no_rows(read: Read):
    assert read("\n" + HEADER + "\nHalo,Beyoncé,\n,,\n\n") == ([(4, "Halo")], [], None)


def test_rows_of_the_wrong_length_are_bad(read: Read):
    assert read(HEADER + "Halo,Beyoncé\nZombie,Fela,x,y\nSo What,Miles Davis,\n") == (
        [(4, "So What")],
        [2, 3],
        None,
    )


def test_a_cell_of_several_lines_moves_the_lines_below(read: Read):
    assert read(HEADER + 'Halo,Beyoncé,"a\nb"\nZombie,Fela,\n') == ([(2, "Halo"), (4, "Zombie")], [], None)


@pytest.mark.parametrize("broken", ['"Halo,Beyoncé,x', 'Halo,"Beyoncé,x', 'Halo,Beyoncé,"x'])
def test_a_quote_that_does_not_close_costs_one_row(read: Read, broken: str):
    rest = "".join(f"T{number},A,\n" for number in range(5000))
    good, bad, failure = read(f"{HEADER}{broken}\n{rest}")
    assert bad == [2]
    assert good == [(number + 3, f"T{number}") for number in range(5000)]
    assert failure is None


@pytest.mark.parametrize(
    ("rows", "good", "bad"),
    [
        (b'"Halo,B,x\nZombie,Fela,\nA,"B,x\nSo What,Miles,\n', [(3, "Zombie"), (5, "So What")], [2, 4]),
        (b'Halo,"B,x\nZombie,"Fela,x\nSo What,Miles,\n', [(4, "So What")], [2, 3]),
        (b"Halo,B\xe9,\nZombie,Fela,caf\xe9\nSo What,Miles,\n", [(3, "Zombie"), (4, "So What")], [2]),
    ],
    ids=["a quote that closes in another row", "two quotes", "bytes that are no UTF-8"],
)
def test_what_is_broken_costs_its_rows_alone(read: Read, rows: bytes, good: list[Any], bad: list[int]):
    assert read(HEADER.encode() + rows) == (good, bad, None)


def test_json_lines_that_are_no_json_cost_one_row(read: Read):
    good, bad, failure = read(
        '{"title": "Halo", "artist": "B"}\n{"title":\n5\n\n{"title": "Z", "artist": "F"}\n'
    )
    assert (good, bad, failure) == ([(1, "Halo"), (5, "Z")], [2, 3], None)


def test_json_that_breaks_off_keeps_what_came_before(read: Read):
    good, _, failure = read('[{"title": "Halo", "artist": "B"},\n{"title": "Zom')
    assert good == [(1, "Halo")]
    assert failure == "is not JSON from line 2 on"


@pytest.mark.parametrize("tail", ["", "x", "{}", ",]", "[" * 100_000])
def test_an_array_that_does_not_end_well_is_told(read: Read, tail: str):
    good, _, failure = read('[{"title": "Halo", "artist": "B"}' + tail)
    assert good == [(1, "Halo")]
    assert failure == (None if tail == ",]" else "is not JSON from line 1 on")


def test_bad_elements_of_an_array_are_told_by_line(read: Read):
    good, bad, _ = read('[\n"Halo",\n{"title": 5, "artist": "B"},\n{"title": "Zombie", "artist": "F"}\n]')
    assert (good, bad) == ([(4, "Zombie")], [2, 3])


def test_cut_off_gzip_keeps_what_came_before(read: Read):
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
def test_files_that_hold_no_tracks_say_why(read: Read, content: str | bytes, name: str, failure: str):
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


def test_chosen_columns(read: Read):
    assert read("Titel,Von\nHalo,Beyoncé\n", title="titel", artist="VON") == ([(2, "Halo")], [], None)


def test_chosen_columns_that_are_not_there_are_told(read: Read):
    _, _, failure = read("title,artist\nHalo,Beyoncé\n", album="Platte")
    assert failure == "has no column Platte; it has title, artist"
    _, _, failure = read(json.dumps([{"title": "Halo", "artist": "B"}]), album="Platte")
    assert failure == "has no column Platte"
