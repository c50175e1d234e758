"""Interaction data sets: files as CSV with a header, also gzipped, parsed strictly; and sparse matrices."""

import csv
import gzip
import zlib
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Of one or two dimensions, as the names say. Factors and scores are single precision throughout.
Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class SparseMatrix:
    """Row r has `values[starts[r]:starts[r + 1]]` in the `columns` of the same slice, which ascend."""

    starts: Integers
    columns: Integers
    values: Floats
    width: int

    @classmethod
    def of(
        cls, rows: Integers, columns: Integers, values: Floats, *, shape: tuple[int, int]
    ) -> "SparseMatrix":
        """From cells in any order: values of the same cell are added, cells of value 0 left out."""
        height, width = shape
        cells = rows.astype(np.int64) * width + columns
        order = np.argsort(cells, kind="stable")
        cells = cells[order]
        firsts = np.flatnonzero(np.diff(cells, prepend=-1))
        # In double precision, so that many small values do not vanish beside a large one.
        sums = np.add.reduceat(values[order].astype(np.float64), firsts) if len(firsts) else np.zeros(0)
        kept = sums != 0
        cells, sums = cells[firsts][kept], sums[kept]
        counts = np.bincount(cells // width, minlength=height) if len(cells) else np.zeros(height, np.int64)
        return cls(_starts(counts), (cells % max(width, 1)).astype(np.int32), sums.astype(np.float32), width)

    @classmethod
    def empty(cls, size: int) -> "SparseMatrix":
        """Square, without a cell."""
        starts = np.zeros(size + 1, np.int64)
        return cls(starts, np.zeros(0, np.int32), np.zeros(0, np.float32), size)

    @property
    def height(self) -> int:
        return len(self.starts) - 1

    def counts(self) -> Integers:
        """How many cells each row has."""
        return np.diff(self.starts)

    def row(self, number: int) -> tuple[Integers, Floats]:
        """Its columns and their values."""
        begin, end = self.starts[number], self.starts[number + 1]
        return self.columns[begin:end], self.values[begin:end]

    def with_values(self, values: Floats) -> "SparseMatrix":
        return SparseMatrix(self.starts, self.columns, values, self.width)

    def transposed(self) -> "SparseMatrix":
        order = np.argsort(self.columns, kind="stable")
        rows = np.repeat(np.arange(self.height, dtype=np.int32), self.counts())
        counts = np.bincount(self.columns, minlength=self.width)
        return SparseMatrix(_starts(counts), rows[order], self.values[order], self.height)

    def combined(self, numbers: Integers, weights: Floats) -> Floats:
        """The sum of these rows, each times its weight."""
        picked = [self.row(number) for number in numbers]
        if not picked:
            return np.zeros(self.width, np.float32)
        columns = np.concatenate([columns for columns, _ in picked])
        values = np.concatenate(
            [values * weight for (_, values), weight in zip(picked, weights, strict=True)]
        )
        return np.bincount(columns, weights=values, minlength=self.width).astype(np.float32)


def _starts(counts: Integers) -> Integers:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


GZIP_MAGIC = b"\x1f\x8b"
# Far above any count of plays, and far below where float32 ends.
MAX_WEIGHT = 1e12
# What the columns are called: our own names first, then what published sets call them.
PERSON_COLUMNS = ("user", "user_id")
ITEM_COLUMNS = ("item", "item_id", "artist_id", "track_id")
WEIGHT_COLUMNS = ("weight", "plays", "count")


class DatasetError(Exception):
    """A file that can't be used; the text names the file, the line and the reason."""


@dataclass(frozen=True, slots=True)
class InteractionDataset:
    """Row n: `people[person[n]]` has `items[item[n]]`, with `weight[n]`, 0 or more. A pair may come again."""

    people: list[str]
    items: list[str]
    person: Integers
    item: Integers
    weight: Floats

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, float]]) -> "InteractionDataset":
        people: dict[str, int] = {}
        items: dict[str, int] = {}
        person, item, weight = array("i"), array("i"), array("f")
        for who, what, how_much in rows:
            person.append(people.setdefault(who, len(people)))
            item.append(items.setdefault(what, len(items)))
            weight.append(how_much)
        return cls(
            list(people),
            list(items),
            np.frombuffer(person, np.int32) if person else np.zeros(0, np.int32),
            np.frombuffer(item, np.int32) if item else np.zeros(0, np.int32),
            np.frombuffer(weight, np.float32) if weight else np.zeros(0, np.float32),
        )

    def __len__(self) -> int:
        return len(self.weight)


def read_dataset(path: Path) -> InteractionDataset:
    """Columns by their names, in any order; others are ignored. Raises DatasetError."""
    return InteractionDataset.of(rows_of(path))


def rows_of(path: Path) -> Iterator[tuple[str, str, float]]:
    """Person, item and weight of each row. Raises DatasetError."""
    table = _table(path)
    header = next(table)[1]
    person, item, weight = (
        _column(path, header, names) for names in (PERSON_COLUMNS, ITEM_COLUMNS, WEIGHT_COLUMNS)
    )
    known: set[str] = set()
    for line, cells in table:
        who, what = cells[person], cells[item]
        if not (who in known and what in known):
            # Each name is parsed once; ten million rows have few names.
            known.update((_checked_name(path, line, who), _checked_name(path, line, what)))
        yield who, what, _weight(path, line, cells[weight])


def read_people(path: Path) -> list[str]:
    """The column `user`, in the file's order. Raises DatasetError."""
    return [_checked_name(path, line, name) for line, (name,) in _columns(path, PERSON_COLUMNS)]


def read_names(path: Path) -> dict[str, str]:
    """What the items of a set are called: a column of ids and `name`. Raises DatasetError."""
    return {item: name for _, (item, name) in _columns(path, ITEM_COLUMNS, ("name",))}


def file_in(folder: Path, name: str) -> Path:
    """`name.csv` or `name.csv.gz`. Raises DatasetError when there is neither."""
    for path in (folder / f"{name}.csv", folder / f"{name}.csv.gz"):
        if path.is_file():
            return path
    raise DatasetError(f"{folder}: has neither {name}.csv nor {name}.csv.gz.")


def _columns(path: Path, *wanted: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    table = _table(path)
    header = next(table)[1]
    places = [_column(path, header, names) for names in wanted]
    for line, cells in table:
        yield line, [cells[place] for place in places]


def _table(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its last line; the header first. Raises DatasetError."""
    with _damage_reported(path), path.open("rb") as stored:
        is_gzipped = stored.peek(2)[:2] == GZIP_MAGIC
        raw = gzip.GzipFile(fileobj=stored) if is_gzipped else stored
        # Invalid UTF-8 becomes lone surrogates, so that its line can be reported.
        text = TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")
        reader = csv.reader(text, strict=True)
        try:
            header = next(reader, None)
            if not header:
                raise DatasetError(f"{path}: has no header.")
            yield reader.line_num, header
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise _wrong(path, reader.line_num, f"{len(cells)} cells, the header has {len(header)}")
                yield reader.line_num, cells
        except csv.Error as error:
            raise _wrong(path, reader.line_num, f"not CSV: {error}") from None


@contextmanager
def _damage_reported(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise DatasetError(f"{path}: is damaged or cut off: its gzip data ends wrongly.") from None
    except OSError as error:
        raise DatasetError(f"{path}: can't be read: {error.strerror}.") from None


def _column(path: Path, header: list[str], names: tuple[str, ...]) -> int:
    plain = [name.strip().lower() for name in header]
    for name in names:
        if name in plain:
            return plain.index(name)
    raise DatasetError(f"{path}:1: has no column {names[0]}; it has {', '.join(header)}.")


def _checked_name(path: Path, line: int, name: str) -> str:
    if not name.strip():
        raise _wrong(path, line, "a user or an item is empty")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise _wrong(path, line, "is not UTF-8") from None
    return name


def _weight(path: Path, line: int, cell: str) -> float:
    try:
        weight = float(cell)
    except ValueError:
        raise _wrong(path, line, f"the weight {cell!r} is not a number") from None
    if not 0 <= weight <= MAX_WEIGHT:  # also true of NaN, which no comparison holds
        raise _wrong(path, line, f"the weight {cell!r} is not a number from 0 to {MAX_WEIGHT:g}")
    return weight


def _wrong(path: Path, line: int, reason: str) -> DatasetError:
    return DatasetError(f"{path}:{line}: {reason}.")
