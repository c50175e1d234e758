"""Which change of a player is which event. Nothing else in this app broadcasts events."""

from django.db.models.signals import post_save

from apps.player.models import Player, State
from apps.player.payloads import PlayerChangePayload, change_payload
from apps.player.selectors import current_item
from apps.realtime.decorators import broadcast_event, changed
from core.changes import Change

SHOWN = (
    *("state", "play_id", "position_ms", "anchored_at", "duration_ms", "reason"),
    *("autoplay", "after_play", "volume"),
)
_has_changed = changed(*SHOWN)


def of_player(change: Change[Player]) -> int:
    stream_id: int = row(change).room.stream_id
    return stream_id


def row(change: Change[Player]) -> Player:
    found = change.after or change.before
    assert found is not None  # noqa: S101 - a saved row exists
    return found


def is_shown(change: Change[Player]) -> bool:
    """A new player of a room in which nothing plays is as clients know it."""
    return _has_changed(change) or (change.before is None and row(change).state != State.STOPPED)


@broadcast_event("player.changed", on=post_save, sender=Player, stream=of_player, when=is_shown)
def player_changed(change: Change[Player]) -> PlayerChangePayload:
    """The player, as `GET …/player/` returns it.

    Without `position_ms`, `server_time`, `next`, `speakers` and `is_used`.
    """
    player = row(change)
    return change_payload(player, current_item(player.room))
