"""An import: sorted in parallel, written by track; an import that was killed continues.

The state is in a folder below DATA_DIR: first all counts sorted by track, then one file for each bucket that
is written. Writing a bucket again changes nothing, so one that is half written does no harm.
"""

import fcntl
import json
import multiprocessing
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from django.db import connection, transaction

from apps.counts.cache_invalidation import drop_all_views
from apps.counts.importing.mongo_export import Part, parts_of
from apps.counts.importing.partition import (
    BUCKETS,
    TROUBLES_KEPT,
    Sorted,
    figures_in,
    sort_part,
    troubles_in,
)
from apps.counts.importing.worker import begin_worker
from apps.counts.services import DayFigure, Recorded, record_without_invalidation

A = TypeVar("A")
B = TypeVar("B")
FIGURES_AT_ONCE = 5_000
Progress = Callable[[str, int, int], None]


@dataclass
class Written:
    """What became of a bucket's figures."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class Report:
    """An import, or as much of it as there is."""

    found: Sorted = field(default_factory=Sorted)
    written: Written = field(default_factory=Written)
    seconds: float = 0.0
    was_resumed: bool = False

    @property
    def figures_a_second(self) -> float:
        return self.found.figures / self.seconds if self.seconds else 0.0


class AlreadyImporting(Exception):
    """Another process imports the same files, or compares them."""


class SortedExport:
    """The files' figures, by track, in a folder of their own."""

    def __init__(self, files: Sequence[Path], *, below: Path, now: datetime) -> None:
        self.files, self.now = files, now
        identity = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        self.folder = below / blake2b(repr(identity).encode(), digest_size=8).hexdigest()
        self._summary = self.folder / "sorted.json"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The lock ends with its process. Raises AlreadyImporting."""
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = self.folder.with_suffix(".lock")
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyImporting("Another import of these files goes on.") from None
            yield

    @property
    def is_there(self) -> bool:
        return self._summary.exists()

    def sort(self, *, workers: int, progress: Progress) -> Sorted:
        """Does not read again what a killed run has sorted."""
        if self.is_there:
            return Sorted(**json.loads(self._summary.read_text()))
        parts = [part for file in self.files for part in parts_of(file)]
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        job = partial(_sort, folder=self.folder, now=self.now)
        found = Sorted()
        for done, part in enumerate(in_processes(job, list(enumerate(parts)), workers=workers), start=1):
            _add(found, part)
            progress("reading", done, len(parts))
        _write_whole(self._summary, asdict(found))
        return found

    def write_troubles(self, place: Path) -> None:
        """Every one, however many there are."""
        with place.open("w", encoding="utf-8") as file:
            file.writelines(troubles_in(self.folder))

    def buckets_left(self) -> list[int]:
        return [bucket for bucket in range(BUCKETS) if not self._marker(bucket).exists()]

    def mark_done(self, bucket: int, written: Written) -> None:
        _write_whole(self._marker(bucket), asdict(written))

    def written(self) -> Written:
        total = Written()
        for bucket in range(BUCKETS):
            if self._marker(bucket).exists():
                one = Written(**json.loads(self._marker(bucket).read_text()))
                total.added += one.added
                total.changed += one.changed
                total.unchanged += one.unchanged
        return total

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _marker(self, bucket: int) -> Path:
        return self.folder / f"{bucket:03}.written"


def _write_whole(place: Path, content: dict[str, object]) -> None:
    """Atomically: the file is complete or absent, also if the process is killed."""
    begun = place.with_suffix(".begun")
    begun.write_text(json.dumps(content))
    begun.replace(place)


def import_export(
    export: SortedExport, *, workers: int, progress: Progress, errors: Path | None = None
) -> Report:
    """Afterwards the folder is gone. `errors`: where to write what is wrong."""
    begun = time.monotonic()
    was_resumed = export.is_there
    found = export.sort(workers=workers, progress=progress)
    if errors:
        export.write_troubles(errors)
    left = export.buckets_left()
    # SQLite has one writer at a time: more would only wait for each other.
    writers = workers if connection.vendor == "postgresql" else 1
    job = partial(_write_bucket, folder=export.folder)
    for bucket, written in in_processes(job, left, workers=writers):
        export.mark_done(bucket, written)
        progress("writing", BUCKETS - len(export.buckets_left()), BUCKETS)
    report = Report(found, export.written(), time.monotonic() - begun, was_resumed)
    export.remove()
    return report


def in_processes(job: Callable[[A], B], tasks: Sequence[A], *, workers: int) -> Iterator[B]:
    """As they end. With one worker: here."""
    if workers == 1 or len(tasks) < 2:
        yield from map(job, tasks)
        return
    connection.close()
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawning, initializer=begin_worker) as pool:
        yield from pool.map(job, tasks)


def peak_megabytes() -> float:
    """Of this process and the largest of its workers."""
    unit = 1 if sys.platform == "darwin" else 1024
    processes = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(one).ru_maxrss for one in processes) * unit / 1e6


def _sort(task: tuple[int, Part], *, folder: Path, now: datetime) -> Sorted:
    number, part = task
    return sort_part(part, folder, number, now)


def _write_bucket(bucket: int, *, folder: Path) -> tuple[int, Written]:
    written = Written()
    figures = sorted(
        (one.figure for one in figures_in(folder, bucket)), key=lambda figure: (figure.isrc, figure.service)
    )
    for some in _of_whole_tracks(figures):
        recorded = _recorded(some)
        written.added += recorded.added
        written.changed += recorded.changed
        written.unchanged += recorded.unchanged
    return bucket, written


@transaction.atomic
def _recorded(figures: list[DayFigure]) -> Recorded:
    """Written and dropped from the caches, or neither, also if the process is killed in between."""
    recorded = record_without_invalidation(figures)
    if recorded.keys:
        drop_all_views()
    return recorded


def _of_whole_tracks(figures: Iterable[DayFigure]) -> Iterator[list[DayFigure]]:
    """Some thousands at a time; a track's stay together."""
    some: list[DayFigure] = []
    for figure in figures:
        if len(some) >= FIGURES_AT_ONCE and figure.isrc != some[-1].isrc:
            yield some
            some = []
        some.append(figure)
    if some:
        yield some


def _add(total: Sorted, part: Sorted) -> None:
    total.documents += part.documents
    total.figures += part.figures
    total.bad += part.bad
    total.troubles += part.troubles[: TROUBLES_KEPT - len(total.troubles)]
    total.failure = total.failure or part.failure
