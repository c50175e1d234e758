"""Consequences of a change of a player or of the playing item, by any writer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import transaction

from apps.player.models import SPEAKER_GRACE, Player, State
from apps.player.selectors import current_item, duration_of, player_and_play
from apps.rooms.models import Room
from core.changes import Rules, register_rules
from core.server_clock import server_now

# Called after each commit that has changed when a player is to be looked after.
_wakers: list[Callable[[datetime], None]] = []
# When the play that is being switched to began, if that is not now.
_begins_at: ContextVar[datetime | None] = ContextVar("begins_at", default=None)

PLACE = ("state", "position_ms", "anchored_at", "reason", "wake_at")
PLAY = (*PLACE, "play_id", "duration_ms", "back_at")


@register_rules(Player)
class PlayerRules(Rules[Player]):
    def before_change(self, row: Player, before: Player | None) -> None:
        """The clock processes a player when its track ends, or when no speaker has returned."""
        del before
        is_alone = row.state == State.PLAYING and row.speakers_gone_at is not None
        lost_at = row.speakers_gone_at + SPEAKER_GRACE if is_alone and row.speakers_gone_at else None
        row.wake_at = min((at for at in (row.ends_at, lost_at) if at is not None), default=None)

    def after_change(self, row: Player, before: Player | None) -> None:
        wake_at = row.wake_at
        if wake_at is not None and (before is None or before.wake_at != wake_at):
            transaction.on_commit(lambda: _wake(wake_at), robust=True)


def on_wake_change(waker: Callable[[datetime], None]) -> Callable[[], None]:
    """Has `waker` called, from any thread; returns a function that ends that."""
    _wakers.append(waker)
    return lambda: _wakers.remove(waker)


def _wake(wake_at: datetime) -> None:
    for waker in list(_wakers):
        waker(wake_at)


@contextmanager
def play_begins_at(moment: datetime) -> Iterator[None]:
    """Items that are started inside begin at that time: when the previous track ended."""
    token = _begins_at.set(moment)
    try:
        yield
    finally:
        _begins_at.reset(token)


def follow_play(room: Room, **_: object) -> None:
    """The player follows `Room.playing`: a new play starts at its beginning; without one, it is stopped."""
    if not room.has_player:
        return
    item = current_item(room)
    player, play_id, audio_ms = player_and_play(room, item.track_id if item else None)
    before = player.copied()
    player.state = State.PLAYING if item else State.STOPPED
    player.play_id, player.back_at = (play_id if item else None), None
    player.position_ms, player.reason = 0, ""
    player.anchored_at = (_begins_at.get() or server_now()) if item else None
    player.duration_ms = duration_of(item, audio_ms) if item else None
    player.save_current(before=before, update_fields=PLAY)
