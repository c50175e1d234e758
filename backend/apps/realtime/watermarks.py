"""Watermarks of streams, stored beside the database: a restored backup is detected by being behind.

Stored in `high_marks.json` under DATA_DIR, written every few seconds and at an orderly stop.
"""

import json
import logging
import os
from pathlib import Path
from threading import Lock, get_ident
from typing import NamedTuple

from django.conf import settings

from apps.realtime.models import Stream
from apps.realtime.publishing import Hint
from core.process_tuning import private

logger = logging.getLogger(__name__)

# What one thread reads and writes, another must not have changed in between.
_recording = Lock()
# Ended epochs that are recorded, for each stream.
MAX_RETIRED = 20


class Watermark(NamedTuple):
    """How far a stream had come in its epoch, and the epochs that it had before."""

    epoch: str
    seq: int
    retired: tuple[str, ...] = ()

    def raised_to(self, epoch: str, seq: int) -> "Watermark":
        if epoch in self.retired:
            return self  # late, from a process that had not received the newer one yet
        if epoch == self.epoch:
            return self._replace(seq=max(seq, self.seq))
        return Watermark(epoch, seq, (*self.retired, self.epoch)[-MAX_RETIRED:])


Watermarks = dict[str, Watermark]


def watermarks_file() -> Path:
    return Path(settings.DATA_DIR) / "high_marks.json"


def record_watermarks(hints: list[Hint]) -> None:
    """Raises the recorded marks to what was published. Another process may do so too: no file is torn."""
    with _recording:
        _record_watermarks(hints)


def _record_watermarks(hints: list[Hint]) -> None:
    marks = recorded_watermarks()
    for hint in hints:
        if not hint.epoch:  # the stream has ended
            marks.pop(str(hint.stream_id), None)
        held = marks.get(str(hint.stream_id))
        if hint.epoch:
            marks[str(hint.stream_id)] = (
                held.raised_to(hint.epoch, hint.seq) if held else Watermark(hint.epoch, hint.seq)
            )
    _write(marks)


def _write(marks: Watermarks) -> None:
    file = watermarks_file()
    draft = file.with_name(f".{file.name}-{os.getpid()}-{get_ident()}")
    try:
        with open(draft, "w", opener=private) as written:
            json.dump(marks, written)
        draft.replace(file)
    except OSError as error:
        logger.warning("Could not write watermarks: %s", error)


def drop_ended_streams() -> None:
    """Drops the marks of streams that are gone, as of one that ended without a record."""
    with _recording:
        marks = recorded_watermarks()
        there = {str(stream_id) for stream_id in Stream.objects.values_list("pk", flat=True)}
        if marks.keys() - there:
            _write({stream_id: mark for stream_id, mark in marks.items() if stream_id in there})


def recorded_watermarks() -> Watermarks:
    try:
        content = json.loads(watermarks_file().read_text())
        return {
            str(stream_id): Watermark(str(epoch), int(seq), tuple(map(str, retired)))
            for stream_id, (epoch, seq, retired) in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # no file yet, or not one of ours: nothing is known


def streams_behind_watermark() -> list[int]:
    """Streams that are in an epoch that had ended, or below their mark: the database is older than it was.

    An epoch that was never recorded here is another machine's doing.
    """
    behind = []
    recorded = recorded_watermarks()
    for stream_id, epoch, seq in Stream.objects.values_list("pk", "epoch", "seq"):
        mark = recorded.get(str(stream_id))
        if mark and (epoch in mark.retired or (epoch == mark.epoch and seq < mark.seq)):
            behind.append(stream_id)
    return behind
