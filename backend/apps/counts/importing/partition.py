"""Partition of the counts by track, in files: each track is read and written once."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zlib import crc32

import msgspec

from apps.counts.importing.mongo_export import (
    BadFigure,
    Part,
    Reported,
    UnreadableFile,
    documents_in,
    figures_of,
)
from apps.counts.models import Status
from apps.counts.services import DayFigure

# A bucket has about 8,000 of a million counts: what a process holds in memory at a time.
BUCKETS = 128
# The summary lists this many problems; all of them are in files beside it.
TROUBLES_KEPT = 100


class Line(msgspec.Struct, array_like=True):
    """One count in a bucket's file."""

    isrc: str
    service: str
    day: int
    moment: float
    status: str
    count: int | None
    delta: int | None

    def reported(self) -> Reported:
        moment = datetime.fromtimestamp(self.moment, tz=UTC)
        day = date.fromordinal(self.day)
        figure = DayFigure(self.isrc, self.service, day, moment, Status(self.status), self.count)
        return Reported(figure, self.delta)


@dataclass
class Sorted:
    """The totals of one part, and its first problems."""

    documents: int = 0
    figures: int = 0
    bad: int = 0
    # The first problems, each with its file and byte.
    troubles: list[str] = field(default_factory=list)
    failure: str = ""

    def note(self, trouble: str) -> None:
        self.bad += 1
        if len(self.troubles) < TROUBLES_KEPT:
            self.troubles.append(trouble)


def sort_part(part: Part, folder: Path, number: int, now: datetime) -> Sorted:
    """Writes the counts of a part into its own files, one for each bucket, and its problems beside them."""
    found = Sorted()
    encoder = msgspec.json.Encoder()
    with ExitStack() as files:
        buckets = [
            files.enter_context(_file(folder, bucket, number).open("wb", buffering=16 * 1024))
            for bucket in range(BUCKETS)
        ]
        troubles = files.enter_context(_troubles_file(folder, number).open("w", encoding="utf-8"))

        def note(trouble: str) -> None:
            found.note(trouble)
            troubles.write(f"{trouble}\n")

        try:
            for line in _lines(part, found, now, note):
                buckets[crc32(line.isrc.encode()) % BUCKETS].write(encoder.encode(line) + b"\n")
        except UnreadableFile as error:
            found.failure = str(error)
    return found


def _lines(part: Part, found: Sorted, now: datetime, note: Callable[[str], None]) -> Iterator[Line]:
    for document in documents_in(part):
        found.documents += 1
        if document.content is None:
            note(f"{part.path}, byte {document.at}: {document.trouble}")
            continue
        for reported in figures_of(document.content, now=now):
            if isinstance(reported, BadFigure):
                note(f"{part.path}, byte {document.at}: {reported}")
                continue
            found.figures += 1
            figure = reported.figure
            yield Line(
                figure.isrc,
                figure.service,
                figure.recorded_on.toordinal(),
                figure.counted_at.timestamp(),
                figure.status,
                figure.view_count,
                reported.delta,
            )


def figures_in(folder: Path, bucket: int) -> Iterable[Reported]:
    decoder = msgspec.json.Decoder(Line)
    for place in sorted(folder.glob(f"{bucket:03}-*.figures")):
        with place.open("rb") as lines:
            yield from (decoder.decode(line).reported() for line in lines)


def troubles_in(folder: Path) -> Iterator[str]:
    """All problems, one per line, in the order of the files."""
    for place in sorted(folder.glob("*.troubles")):
        with place.open(encoding="utf-8") as lines:
            yield from lines


def _troubles_file(folder: Path, number: int) -> Path:
    return folder / f"{number:06}.troubles"


def _file(folder: Path, bucket: int, number: int) -> Path:
    return folder / f"{bucket:03}-{number:06}.figures"
