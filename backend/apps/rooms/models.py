"""Rooms. Their queues and plays belong to the app `playlist`."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from apps.realtime.models import Stream
from apps.realtime.services import lock_stream
from core.changes import BroadcastModel
from core.names import validate_name

MAIN_ROOM = "main"
MAX_ROOM_NAME = 80
# A room with an empty queue is deleted after this time without visits and changes.
DAYS_KEPT_EMPTY = 30
MAX_SLUG = 50
SLUG_RULE = "Only a to z, 0 to 9 and - are allowed."


class Order(models.TextChoices):
    """How the queue is ordered."""

    MANUAL = "manual"
    VOTES = "votes"


class Room(BroadcastModel):
    """A room. Its stream's row is the lock for all of its data."""

    slug = models.SlugField(
        max_length=MAX_SLUG, unique=True, validators=[RegexValidator(r"\A[a-z0-9-]+\Z", SLUG_RULE)]
    )
    name = models.CharField(max_length=MAX_ROOM_NAME, validators=[validate_name])
    is_public = models.BooleanField(default=True)
    # Empty means the default of AUTO_SORT_BY_VOTES; only the main room starts so.
    chosen_order = models.CharField(max_length=6, choices=Order.choices, blank=True, default="")
    # The key of the account or guest that may change the room; empty if only staff may.
    created_by = models.CharField(max_length=64, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Whether its player was used. From then on, the player's clock ends plays.
    has_player = models.BooleanField(default=False, editable=False)
    stream = models.OneToOneField(Stream, on_delete=models.PROTECT, editable=False, related_name="room")
    # One reference, so that no two items can be playing. The model belongs to the app above.
    playing = models.OneToOneField(
        "playlist.PlaylistTrack", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    broadcast_relations: ClassVar[tuple[str, ...]] = ("stream",)
    # Current plays with their items, set by a service that read them under the room's lock.
    open_plays: Sequence[tuple[Any, Any]] | None = None
    # Items with current plays, set after a query that follows a switch.
    open_play_item_ids: Sequence[int] | None = None

    class Meta:
        # The table existed before this app.
        db_table = "playlist_room"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def order(self) -> Order:
        if self.chosen_order:
            return Order(self.chosen_order)
        return Order.VOTES if settings.AUTO_SORT_BY_VOTES else Order.MANUAL

    def lock_for_change(self) -> None:
        if self.stream_id is not None:
            lock_stream(self.stream_id)
