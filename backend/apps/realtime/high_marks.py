"""How far each stream had come, kept beside the database: a restored backup shows by being behind.

Kept in `high_marks.json` under DATA_DIR, written at most once a second and at an orderly stop.
"""

import json
import logging
import os
from pathlib import Path

from django.conf import settings

from apps.realtime.models import Stream
from apps.realtime.publishing import Hint

logger = logging.getLogger(__name__)

Marks = dict[str, tuple[str, int]]


def marks_file() -> Path:
    return Path(settings.DATA_DIR) / "high_marks.json"


def marks_of(hints: list[Hint]) -> Marks:
    """The highest of these hints for each stream, by its id as text."""
    marks: Marks = {}
    for hint in hints:
        _raise(marks, str(hint.stream_id), hint.epoch, hint.seq)
    return marks


def record_marks(marks: Marks) -> None:
    """Raises the recorded marks to these. Another process may do so at the same time: no file is torn."""
    recorded = recorded_marks()
    for stream_id, (epoch, seq) in marks.items():
        _raise(recorded, stream_id, epoch, seq)
    file = marks_file()
    draft = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        draft.write_text(json.dumps(recorded))
        draft.replace(file)
    except OSError as error:
        logger.warning("The high marks can't be written: %s", error)


def recorded_marks() -> Marks:
    try:
        content = json.loads(marks_file().read_text())
        return {str(stream_id): (str(epoch), int(seq)) for stream_id, (epoch, seq) in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # no file yet, or not one of ours: nothing is known


def streams_fallen_behind() -> list[int]:
    """Streams of a recorded epoch whose seq is below the recorded one: the database is older than it was."""
    behind = []
    recorded = recorded_marks()
    for stream_id, epoch, seq in Stream.objects.values_list("pk", "epoch", "seq"):
        mark_epoch, mark_seq = recorded.get(str(stream_id), ("", 0))
        if epoch == mark_epoch and seq < mark_seq:
            behind.append(stream_id)
    return behind


def _raise(marks: Marks, stream_id: str, epoch: str, seq: int) -> None:
    held_epoch, held_seq = marks.get(stream_id, ("", 0))
    if epoch != held_epoch or seq > held_seq:
        marks[stream_id] = (epoch, seq)
