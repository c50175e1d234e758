"""The import of an export: partitioned by track in parallel, then written by track; it can be resumed.

The state is in a folder below DATA_DIR: first files of counts, partitioned by track, then one file for each
bucket that is written. Writing a bucket again changes nothing, so a bucket may be half written.
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
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import msgspec
from django.db import connection, transaction

from apps.counts.cache import invalidate_all_views
from apps.counts.importing import begin_worker
from apps.counts.importing.mongo_export import (
    ImportedCount,
    InvalidCount,
    Part,
    UnreadableFile,
    counts_of_document,
    documents_in,
    parts_of,
)
from apps.counts.models import Status
from apps.counts.services import CountReport, RecordedCounts, record_without_invalidation

# A bucket has about 8,000 of a million counts: what a process holds in memory at a time.
BUCKETS = 128
# The summary lists this many problems; all of them are in files beside it.
MAX_ERRORS_LISTED = 100


class PartitionRow(msgspec.Struct, array_like=True):
    """One count in a partition's file."""

    isrc: str
    service: str
    day: int
    moment: float
    status: str
    count: int | None
    delta: int | None

    def reported(self) -> ImportedCount:
        moment = datetime.fromtimestamp(self.moment, tz=UTC)
        day = date.fromordinal(self.day)
        report = CountReport(self.isrc, self.service, day, moment, Status(self.status), self.count)
        return ImportedCount(report, self.delta)


@dataclass
class PartitionTotals:
    """The totals of one part, and its first problems."""

    documents: int = 0
    counts: int = 0
    bad: int = 0
    # The first problems, each with its file and byte.
    errors: list[str] = field(default_factory=list)
    failure: str = ""

    def note(self, error: str) -> None:
        self.bad += 1
        if len(self.errors) < MAX_ERRORS_LISTED:
            self.errors.append(error)


def partition_part(part: Part, folder: Path, number: int, now: datetime) -> PartitionTotals:
    """Writes the counts of a part into its own files, one for each bucket, and its problems beside them."""
    found = PartitionTotals()
    encoder = msgspec.json.Encoder()
    with ExitStack() as files:
        buckets = [
            files.enter_context(_file(folder, bucket, number).open("wb", buffering=16 * 1024))
            for bucket in range(BUCKETS)
        ]
        errors = files.enter_context(_errors_file(folder, number).open("w", encoding="utf-8"))

        def note(error: str) -> None:
            found.note(error)
            errors.write(f"{error}\n")

        try:
            for line in _lines(part, found, now, note):
                buckets[crc32(line.isrc.encode()) % BUCKETS].write(encoder.encode(line) + b"\n")
        except UnreadableFile as error:
            found.failure = str(error)
    return found


def _lines(
    part: Part, found: PartitionTotals, now: datetime, note: Callable[[str], None]
) -> Iterator[PartitionRow]:
    for document in documents_in(part):
        found.documents += 1
        if document.content is None:
            note(f"{part.path}, byte {document.at}: {document.error}")
            continue
        for reported in counts_of_document(document.content, now=now):
            if isinstance(reported, InvalidCount):
                note(f"{part.path}, byte {document.at}: {reported}")
                continue
            found.counts += 1
            report = reported.report
            yield PartitionRow(
                report.isrc,
                report.service,
                report.recorded_on.toordinal(),
                report.counted_at.timestamp(),
                report.status,
                report.view_count,
                reported.delta,
            )


def counts_in(folder: Path, bucket: int) -> Iterable[ImportedCount]:
    decoder = msgspec.json.Decoder(PartitionRow)
    for place in sorted(folder.glob(f"{bucket:03}-*.counts")):
        with place.open("rb") as lines:
            yield from (decoder.decode(line).reported() for line in lines)


def errors_in(folder: Path) -> Iterator[str]:
    """All problems, one per line, in the order of the files."""
    for place in sorted(folder.glob("*.errors")):
        with place.open(encoding="utf-8") as lines:
            yield from lines


def _errors_file(folder: Path, number: int) -> Path:
    return folder / f"{number:06}.errors"


def _file(folder: Path, bucket: int, number: int) -> Path:
    return folder / f"{bucket:03}-{number:06}.counts"


A = TypeVar("A")
B = TypeVar("B")
COUNTS_PER_WRITE = 5_000
Progress = Callable[[str, int, int], None]


@dataclass
class Written:
    """How many of a bucket's counts were added, changed or unchanged."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class Report:
    """The totals of an import."""

    found: PartitionTotals = field(default_factory=PartitionTotals)
    written: Written = field(default_factory=Written)
    seconds: float = 0.0
    was_resumed: bool = False

    @property
    def counts_per_second(self) -> float:
        return self.found.counts / self.seconds if self.seconds else 0.0


class AlreadyImporting(Exception):
    """Another process is importing or comparing the same files."""


class PartitionedExport:
    """The files' counts, partitioned by track, in a folder."""

    def __init__(self, files: Sequence[Path], *, below: Path, now: datetime) -> None:
        self.files, self.now = files, now
        identity = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
        self.folder = below / blake2b(repr(identity).encode(), digest_size=8).hexdigest()
        self._summary = self.folder / "sorted.json"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Holds a lock that ends with the process. Raises AlreadyImporting."""
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = self.folder.with_suffix(".lock")
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyImporting("Another import of these files is running.") from None
            yield

    @property
    def is_there(self) -> bool:
        return self._summary.exists()

    def sort(self, *, workers: int, progress: Progress) -> PartitionTotals:
        """Partitions the files, unless a killed run has already done so."""
        if self.is_there:
            return PartitionTotals(**json.loads(self._summary.read_text()))
        parts = [part for file in self.files for part in parts_of(file)]
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        job = partial(_partition, folder=self.folder, now=self.now)
        found = PartitionTotals()
        for done, part in enumerate(in_processes(job, list(enumerate(parts)), workers=workers), start=1):
            _add(found, part)
            progress("reading", done, len(parts))
        _write_whole(self._summary, asdict(found))
        return found

    def write_errors(self, place: Path) -> None:
        """Every one, however many there are."""
        with place.open("w", encoding="utf-8") as file:
            file.writelines(errors_in(self.folder))

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
    """Writes atomically: if the process is killed, the file is complete or absent."""
    begun = place.with_suffix(".begun")
    begun.write_text(json.dumps(content))
    begun.replace(place)


def import_export(
    export: PartitionedExport, *, workers: int, progress: Progress, errors: Path | None = None
) -> Report:
    """Imports everything and deletes the folder. `errors`: a file for all errors."""
    begun = time.monotonic()
    was_resumed = export.is_there
    found = export.sort(workers=workers, progress=progress)
    if errors:
        export.write_errors(errors)
    left = export.buckets_left()
    # SQLite has one writer at a time.
    writers = workers if connection.vendor == "postgresql" else 1
    job = partial(_write_bucket, folder=export.folder)
    for bucket, written in in_processes(job, left, workers=writers):
        export.mark_done(bucket, written)
        progress("writing", BUCKETS - len(export.buckets_left()), BUCKETS)
    report = Report(found, export.written(), time.monotonic() - begun, was_resumed)
    export.remove()
    return report


def in_processes(job: Callable[[A], B], tasks: Sequence[A], *, workers: int) -> Iterator[B]:
    """Results in the order of the tasks; one worker means this process."""
    if workers == 1 or len(tasks) < 2:
        yield from map(job, tasks)
        return
    connection.close()
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawning, initializer=begin_worker) as pool:
        yield from pool.map(job, tasks)


def peak_megabytes() -> float:
    """The peak memory of this process plus that of its largest worker."""
    unit = 1 if sys.platform == "darwin" else 1024
    processes = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(one).ru_maxrss for one in processes) * unit / 1e6


def _partition(task: tuple[int, Part], *, folder: Path, now: datetime) -> PartitionTotals:
    number, part = task
    return partition_part(part, folder, number, now)


def _write_bucket(bucket: int, *, folder: Path) -> tuple[int, Written]:
    written = Written()
    counts = sorted(
        (one.report for one in counts_in(folder, bucket)), key=lambda report: (report.isrc, report.service)
    )
    for some in _of_whole_tracks(counts):
        recorded = _recorded(some)
        written.added += recorded.added
        written.changed += recorded.changed
        written.unchanged += recorded.unchanged
    return bucket, written


@transaction.atomic
def _recorded(counts: list[CountReport]) -> RecordedCounts:
    """Stores the counts and invalidates the cache in one transaction."""
    recorded = record_without_invalidation(counts)
    if recorded.keys:
        invalidate_all_views()
    return recorded


def _of_whole_tracks(counts: Iterable[CountReport]) -> Iterator[list[CountReport]]:
    """Batches of about COUNTS_PER_WRITE; each track's counts are in one batch."""
    some: list[CountReport] = []
    for report in counts:
        if len(some) >= COUNTS_PER_WRITE and report.isrc != some[-1].isrc:
            yield some
            some = []
        some.append(report)
    if some:
        yield some


def _add(total: PartitionTotals, part: PartitionTotals) -> None:
    total.documents += part.documents
    total.counts += part.counts
    total.bad += part.bad
    total.errors += part.errors[: MAX_ERRORS_LISTED - len(total.errors)]
    total.failure = total.failure or part.failure
