"""How far each stream had come, kept beside the database: a restored backup shows by being behind.

Kept in `high_marks.json` under DATA_DIR, written every few seconds and at an orderly stop.
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
from core.private_files import private

logger = logging.getLogger(__name__)

# What one thread reads and writes, another must not have changed in between.
_recording = Lock()
# Epochs that are remembered as ended, for each stream.
MAX_RETIRED = 20


class Mark(NamedTuple):
    """How far a stream had come in its epoch, and the epochs that it had before."""

    epoch: str
    seq: int
    retired: tuple[str, ...] = ()

    def raised_to(self, epoch: str, seq: int) -> "Mark":
        if epoch in self.retired:
            return self  # told late, by a process that had not heard of the newer one yet
        if epoch == self.epoch:
            return self._replace(seq=max(seq, self.seq))
        return Mark(epoch, seq, (*self.retired, self.epoch)[-MAX_RETIRED:])


Marks = dict[str, Mark]


def marks_file() -> Path:
    return Path(settings.DATA_DIR) / "high_marks.json"


def record_hints(hints: list[Hint]) -> None:
    """Raises the recorded marks to what was published. Another process may do so too: no file is torn."""
    with _recording:
        _record_hints(hints)


def _record_hints(hints: list[Hint]) -> None:
    marks = recorded_marks()
    for hint in hints:
        if not hint.epoch:  # the stream has ended
            marks.pop(str(hint.stream_id), None)
        held = marks.get(str(hint.stream_id))
        if hint.epoch:
            marks[str(hint.stream_id)] = (
                held.raised_to(hint.epoch, hint.seq) if held else Mark(hint.epoch, hint.seq)
            )
    _write(marks)


def _write(marks: Marks) -> None:
    file = marks_file()
    draft = file.with_name(f".{file.name}-{os.getpid()}-{get_ident()}")
    try:
        with open(draft, "w", opener=private) as written:
            json.dump(marks, written)
        draft.replace(file)
    except OSError as error:
        logger.warning("Could not write high marks: %s", error)


def forget_ended_streams() -> None:
    """Drops the marks of streams that are gone, as one that ended while nobody recorded it."""
    with _recording:
        marks = recorded_marks()
        there = {str(stream_id) for stream_id in Stream.objects.values_list("pk", flat=True)}
        if marks.keys() - there:
            _write({stream_id: mark for stream_id, mark in marks.items() if stream_id in there})


def recorded_marks() -> Marks:
    try:
        content = json.loads(marks_file().read_text())
        return {
            str(stream_id): Mark(str(epoch), int(seq), tuple(map(str, retired)))
            for stream_id, (epoch, seq, retired) in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # no file yet, or not one of ours: nothing is known


def streams_fallen_behind() -> list[int]:
    """Streams that are in an epoch that had ended, or below their mark: the database is older than it was.

    An epoch that was never recorded here is another machine's doing.
    """
    behind = []
    recorded = recorded_marks()
    for stream_id, epoch, seq in Stream.objects.values_list("pk", "epoch", "seq"):
        mark = recorded.get(str(stream_id))
        if mark and (epoch in mark.retired or (epoch == mark.epoch and seq < mark.seq)):
            behind.append(stream_id)
    return behind
