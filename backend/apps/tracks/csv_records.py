"""CSV as records, where one broken row never takes others with it."""

import csv
from collections import deque
from collections.abc import Iterator, Mapping

from apps.tracks.rows import REQUIRED, BadRow, Record, UnreadableFileError, columns_meant, plain

DELIMITERS = ",;\t"


def csv_records(lines: Iterator[str], chosen: Mapping[str, str]) -> Iterator[Record | BadRow]:
    """The rows below the header, each with the number of the line that it begins on.

    Raises UnreadableFileError when there is no header, or one that names neither title nor artist.
    """
    source = NumberedLines(lines)
    header_line = source.first_with_text()
    reader = csv.reader(source, delimiter=max(DELIMITERS, key=header_line.count))
    header = next(reader)
    columns = _columns(header, chosen)
    while True:
        source.begin_row()
        line = source.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            source.give_back_all_but_first()
            yield BadRow(line, f"is not CSV: {error}")
            continue
        if not any(cells):
            continue
        meant = {meaning: cells[place] for meaning, place in columns.items() if place < len(cells)}
        if source.has_row_swallowed_others(meant, is_complete=len(cells) == len(header)):
            source.give_back_all_but_first()
            yield BadRow(line, "a quote opens and does not close")
        elif len(cells) != len(header):
            yield BadRow(line, f"has {len(cells)} cells, the header has {len(header)}")
        else:
            yield Record(line, meant)


def _columns(header: list[str], chosen: Mapping[str, str]) -> dict[str, int]:
    known = {plain(name) for name in header}
    if unknown := [name for name in chosen.values() if plain(name) not in known]:
        raise UnreadableFileError(f"has no column {', '.join(unknown)}; it has {', '.join(header)}")
    names = columns_meant(header, chosen)
    if missing := [meaning for meaning in REQUIRED if meaning not in names]:
        raise UnreadableFileError(
            f"has no column for {' and '.join(missing)}: say which with --columns {missing[0]}=…; "
            f"it has {', '.join(header)}"
        )
    return {meaning: header.index(name) for meaning, name in names.items()}


class NumberedLines(Iterator[str]):
    """Lines that know their number, and can be given back to be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.number = 0
        self._lines = lines
        self._given_back: deque[str] = deque()
        self._row: list[str] = []

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._lines)
        self.number += 1
        self._row.append(line)
        return line

    def first_with_text(self) -> str:
        """The first line that is not blank, still to be read. Raises UnreadableFileError."""
        for line in self:
            if line.strip():
                self._give_back([line])
                return line
        raise UnreadableFileError("is empty")

    def begin_row(self) -> None:
        self._row = []

    def give_back_all_but_first(self) -> None:
        self._give_back(self._row[1:])

    def has_row_swallowed_others(self, cells: Mapping[str, str], *, is_complete: bool) -> bool:
        """Whether a quote that is not closed made one row of several lines."""
        if len(self._row) < 2:
            return False
        is_unclosed = sum(line.count('"') for line in self._row) % 2 == 1
        return is_unclosed or not is_complete or any("\n" in cell for cell in cells.values())

    def _give_back(self, lines: list[str]) -> None:
        self._given_back.extendleft(reversed(lines))
        self.number -= len(lines)
