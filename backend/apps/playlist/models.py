"""Queue items, votes, wishes and plays. `rules` has what follows from a change."""

from collections.abc import Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from apps.playlist.positions import MAX_POSITION, Gap, is_usable
from apps.realtime.services import lock_stream
from apps.rooms.models import Room
from apps.tracks.models import Track
from core.changes import BroadcastModel
from core.names import MAX_PERSON_NAME, validate_name
from core.statements import PreparedModel

STREAM_KIND = "playlist"
MAX_WISH = 100
# The name of an adder without a name.
ANONYMOUS = "Anonymous"
POSITION_TOO_FAR = f"Positions lie between {-MAX_POSITION:g} and {MAX_POSITION:g}."


class PlaylistTrack(BroadcastModel):
    """A queue item: a track that waits in a room."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="items")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    position = models.FloatField()
    # The sum of its votes. Kept by the votes themselves, never written by hand.
    votes = models.IntegerField(default=0, editable=False)
    # The event at which the count was reached: of equal counts the earlier one is first.
    votes_reached_seq = models.BigIntegerField(default=0, editable=False)
    added_by = models.CharField(max_length=MAX_PERSON_NAME, default=ANONYMOUS, validators=[validate_name])
    # The key of the account or guest that added it; empty if unknown. Never shown.
    adder = models.CharField(max_length=64, blank=True, default="", editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    played_at = models.DateTimeField(null=True, blank=True)

    broadcast_relations: ClassVar[tuple[str, ...]] = ("room", "track")
    # The voters and values with which a removed item comes back.
    votes_to_restore: Sequence[tuple[str, int]] = ()
    # Set while the order by votes itself moves the item, which is then not to be put in order once more.
    is_being_settled = False
    # What its votes add up to, and between which items it is put, where a service has just read that under
    # the room's lock.
    counted_votes: int | None = None
    gap: Gap | None = None
    # Whether this instance has the place that votes give it, and nothing was renumbered on the way.
    is_in_rank = False

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["room", "track"], name="playlist_track_once"),
            models.UniqueConstraint(fields=["room", "position"], name="playlist_position_once"),
            # Renumbering passes through positions above the highest, hence twice the limit.
            models.CheckConstraint(
                condition=models.Q(position__gte=-2 * MAX_POSITION, position__lte=2 * MAX_POSITION),
                name="playlist_position_finite",
            ),
        ]
        indexes = [models.Index(fields=["adder"], name="item_adder")]

    def __str__(self) -> str:
        return f"{self.track} in {self.room}"

    @property
    def is_playing(self) -> bool:
        return self.room.playing_id == self.pk

    def clean(self) -> None:
        """The same limit as the API's, for forms."""
        if self.position is not None and not is_usable(self.position):
            raise ValidationError({"position": POSITION_TOO_FAR})

    def lock_for_change(self) -> None:
        lock_stream(self.room.stream_id)


class Vote(BroadcastModel):
    """One voter's opinion of one item. No opinion is no row."""

    item = models.ForeignKey(PlaylistTrack, on_delete=models.CASCADE, related_name="cast_votes")
    voter = models.CharField(max_length=64)
    value = models.SmallIntegerField(choices=[(1, "up"), (-1, "down")])
    created_at = models.DateTimeField(auto_now_add=True)

    broadcast_relations: ClassVar[tuple[str, ...]] = ("item", "item__room")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "voter"], name="vote_once"),
            models.CheckConstraint(condition=models.Q(value__in=[-1, 1]), name="vote_is_up_or_down"),
        ]
        indexes = [models.Index(fields=["voter"], name="vote_voter")]

    def __str__(self) -> str:
        return f"{self.value:+d} for {self.item_id}"

    def lock_for_change(self) -> None:
        lock_stream(self.item.room.stream_id)


class Wish(BroadcastModel):
    """What a person in a room wants to hear, and the library does not have. It never changes."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="wishes")
    text = models.CharField(max_length=MAX_WISH, validators=[validate_name])
    wished_by = models.CharField(max_length=MAX_PERSON_NAME, default=ANONYMOUS, validators=[validate_name])
    # The key of the account or guest that wishes. It is never shown.
    wisher = models.CharField(max_length=64, db_index=True, editable=False)
    wished_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    broadcast_relations: ClassVar[tuple[str, ...]] = ("room",)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text

    def lock_for_change(self) -> None:
        lock_stream(self.room.stream_id)


class Play(PreparedModel):
    """One playing of a track in a room, with the item as it was: it outlives the queue item and the track."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="plays")
    # Not a foreign key: the item may be deleted, and restored under the same id.
    item_number = models.BigIntegerField()
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="+")
    item = models.JSONField()
    # The key of the caller that added the item; empty when that is not known.
    adder = models.CharField(max_length=64, blank=True, default="", editable=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-ended_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["room"], condition=models.Q(ended_at__isnull=True), name="play_one_open"
            )
        ]
        indexes = [
            models.Index(fields=["room", "-ended_at", "-id"], name="play_newest"),
            models.Index(fields=["adder"], name="play_adder"),
        ]

    def __str__(self) -> str:
        return f"{self.item_number} at {self.started_at:%Y-%m-%d %H:%M}"


class RemovedItem(models.Model):
    """What an item was when it was removed, so that it can be restored, and its place be found."""

    item_number = models.BigIntegerField(primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="+")
    # The previous item; null if it was the first.
    after_item_number = models.BigIntegerField(null=True)
    added_by = models.CharField(max_length=MAX_PERSON_NAME)
    adder = models.CharField(max_length=64, blank=True, default="", editable=False)
    added_at = models.DateTimeField()
    played_at = models.DateTimeField(null=True)
    votes_reached_seq = models.BigIntegerField()
    # Voters and their values, as pairs.
    votes = models.JSONField()
    removed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.item_number}, removed"
