"""What follows a count: its tracks' figures are remembered before anybody asks for them."""

from apps.charts.announcing import Told
from apps.charts.view_counts.clearing import warm_tracks
from core.cache import shared_memory


class NobodyRemembersError(Exception):
    """The shared memory did not answer."""


def warm_counted(told: Told) -> None:
    """Raises NobodyRemembersError: then it is tried again with the next replay.

    A memory of this process alone would be of no use to the processes that serve people.
    """
    memory = shared_memory()
    if not memory.is_shared:
        return
    isrcs = told.payload["isrcs"]
    if isinstance(isrcs, list):
        for _ in warm_tracks(isrcs):
            pass
    if memory.is_away:
        raise NobodyRemembersError
