"""What one reader had missed, kept for the next: after a restart, thousands have missed the same."""

from apps.realtime.frames import Position
from apps.realtime.selectors import Missed

# So many are kept, those that were read last, each of at most so many characters.
MAX_KEPT = 4
MAX_CHARACTERS = 1024 * 1024


class Replays:
    """Parts of one stream's log between two events. They never change, so they may be kept for any time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Position, int], Missed] = {}

    def get(self, position: Position, *, until: int) -> Missed | None:
        return self._kept.get((position, until))

    def keep(self, position: Position, *, until: int, missed: Missed) -> None:
        """Only what is whole: the log may have more of it later."""
        if missed.frames is None or missed.top.seq < until:
            return
        if sum(len(frame.text) for frame in missed.frames) > MAX_CHARACTERS:
            return
        self._kept[position, until] = missed
        if len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]
