"""The player of a room, and its speakers. The playing item is `Room.playing`; the player has the position."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models

from apps.realtime.services import lock_stream
from apps.rooms.models import Room
from core.changes import BroadcastModel

MAX_VOLUME = 100
DEFAULT_VOLUME = 80
# After the last speaker has left, the player pauses after this time.
SPEAKER_GRACE = timedelta(seconds=10)
MAX_SPEAKER_NAME = 60


class State(models.TextChoices):
    PLAYING = "playing"
    PAUSED = "paused"
    STOPPED = "stopped"


class Reason(models.TextChoices):
    """Why the player is paused."""

    PAUSED = "paused"
    ROOM_EMPTY = "room_empty"
    SPEAKER_LOST = "speaker_lost"
    SERVER_RESTARTED = "server_restarted"


class AfterPlay(models.TextChoices):
    """Whether an item that has ended or was skipped is removed, kept or queued again."""

    REMOVE = "remove"
    KEEP = "keep"
    REQUEUE = "requeue"


class Player(BroadcastModel):
    """The player of a room. It exists from the first use of the player on; `Room.has_player` says so."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True, related_name="player")
    state = models.CharField(max_length=7, choices=State.choices, default=State.STOPPED)
    # The Play in progress, also while it is paused.
    play_id = models.BigIntegerField(null=True, editable=False)
    # The position at `anchored_at`; while playing, it grows from there.
    position_ms = models.PositiveIntegerField(default=0)
    anchored_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True, default="")
    autoplay = models.BooleanField(default=True)
    after_play = models.CharField(max_length=7, choices=AfterPlay.choices, default=AfterPlay.REMOVE)
    volume = models.PositiveSmallIntegerField(
        default=DEFAULT_VOLUME, validators=[MaxValueValidator(MAX_VOLUME)]
    )
    # Since when no speaker is connected, although one was.
    speakers_gone_at = models.DateTimeField(null=True, editable=False)
    # The earlier play that `previous` restored: the next `previous` continues before that one.
    back_at = models.BigIntegerField(null=True, editable=False)
    # Items in a row that no speaker could play.
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    # When the clock has to look after this player. `rules` derives it.
    wake_at = models.DateTimeField(null=True, db_index=True, editable=False)

    broadcast_relations: ClassVar[tuple[str, ...]] = ("room",)

    def __str__(self) -> str:
        return f"player of {self.room_id}, {self.state}"

    def lock_for_change(self) -> None:
        lock_stream(self.room.stream_id)

    def position_at(self, now: datetime) -> int:
        """In milliseconds, from the beginning of the track, and not beyond its end."""
        position = self.position_ms
        if self.state == State.PLAYING and self.anchored_at is not None:
            position += max(0, round((now - self.anchored_at) / timedelta(milliseconds=1)))
        return position if self.duration_ms is None else min(position, self.duration_ms)

    @property
    def ends_at(self) -> datetime | None:
        """The time at which the playing item ends; None if nothing plays, or if its duration is unknown."""
        if self.state != State.PLAYING or self.duration_ms is None or self.anchored_at is None:
            return None
        return self.anchored_at + timedelta(milliseconds=self.duration_ms - self.position_ms)

    @property
    def is_at_end(self) -> bool:
        return self.duration_ms is not None and self.position_ms >= self.duration_ms


class Speaker(models.Model):
    """A connected speaker. Its process renews the row; that of a killed process expires."""

    speaker_id = models.CharField(max_length=16, unique=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="speakers")
    name = models.CharField(max_length=MAX_SPEAKER_NAME)
    kind = models.CharField(max_length=8)
    # The last report, and the play that it is about.
    state = models.CharField(max_length=7, blank=True, default="")
    play_id = models.BigIntegerField(null=True)
    lag_ms = models.IntegerField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ClockBeat(models.Model):
    """When a process last looked after players that play. After a restart it says how long none did."""

    alive_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.alive_at:%Y-%m-%d %H:%M:%S}"
