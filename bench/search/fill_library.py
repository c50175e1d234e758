"""`python -m bench.search.fill_library NUMBER` writes a synthetic library to the database of its environment.

The migration that creates the search indexes follows; without NUMBER, this does then
what PostgreSQL's autovacuum does within a minute.
"""

# ruff: noqa: S608 - all parts of the statements are constants of this module

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import django
from django.db import connection, transaction

from bench.search.synthetic_data import synthetic_tracks

BATCH = 10_000
COLUMNS = (
    *("title", "artist", "album", "genre", "title_key", "artist_key", "album_key", "genre_key"),
    *("search_text", "identity", "duration_seconds", "created_at"),
)
LENGTH, CREATED = 200, "2026-01-01 00:00:00+00:00"


def main(number: str = "") -> None:
    django.setup()
    if not number:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        return
    with transaction.atomic(), connection.cursor() as cursor:
        names = ", ".join(COLUMNS)
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY tracks_track ({names}) FROM STDIN") as copy:
                for row in _rows(int(number)):
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            rows = _rows(int(number))
            while batch := [*islice(rows, BATCH)]:
                cursor.executemany(f"INSERT INTO tracks_track ({names}) VALUES ({marks})", batch)


def _rows(number: int) -> Iterator[tuple[Any, ...]]:
    from apps.tracks.normalisation import search_columns

    for title, artist, album, genre in synthetic_tracks(number):
        columns = search_columns(title=title, artist=artist, album=album, genre=genre)
        keys = (columns.title_key, columns.artist_key, columns.album_key, columns.genre_key)
        yield title, artist, album, genre, *keys, columns.search_text, columns.identity, LENGTH, CREATED


if __name__ == "__main__":
    main(*sys.argv[1:])
