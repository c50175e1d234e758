"""Ordered streams of events, the log that holds their latest part, and presence."""

import secrets

from django.db import models
from django.utils import timezone

EPOCH_BYTES = 9  # 72 random bits, 12 characters


def new_epoch() -> str:
    return secrets.token_urlsafe(EPOCH_BYTES)


class Stream(models.Model):
    """An ordered, gapless sequence of events. Its row is the lock that every writer of the stream takes."""

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=50)
    epoch = models.CharField(max_length=16, default=new_epoch)
    # The number of the newest event; 0 before the first.
    seq = models.PositiveBigIntegerField(default=0)
    # The day on which a client last listened or wrote.
    visited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="stream_kind_name")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name} at {self.seq}"


class Event(models.Model):
    """A numbered event of a stream, with its message exactly as it is sent."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=40)
    frame = models.TextField()
    op_id = models.CharField(max_length=64, null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["stream_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq")]
        indexes = [models.Index(fields=["created_at"], name="event_created_at")]

    def __str__(self) -> str:
        return f"{self.type} #{self.seq}"


class Presence(models.Model):
    """A person in a stream. Never sent as an event; what has expired counts no more.

    Keys rather than references: the rows live a minute, and a stream or a person may go before.
    """

    stream_id = models.BigIntegerField()
    # The caller's, as in `core.identity`.
    key = models.CharField(max_length=64)
    # When the presence expires, unless it is extended.
    until = models.DateTimeField()
    written_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "presence"
        constraints = [models.UniqueConstraint(fields=["stream_id", "key"], name="presence_once")]
        indexes = [models.Index(fields=["until"], name="presence_until")]

    def __str__(self) -> str:
        return f"{self.key} in {self.stream_id}"
