"""`manage.py seed_playlist`: a first queue in the main room: real items and votes, one item playing."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from apps.playlist.selectors import SEED_VOTERS
from apps.playlist.services import Place, add_item, cast_vote, play_item
from apps.realtime.services import lock_stream
from apps.rooms.models import MAIN_ROOM
from apps.rooms.selectors import room_for
from apps.tracks.models import Track

SEEDED_ITEMS = 10
NAMES = ("Ada", "Bo", "Cem", "Anonymous")
# For each item, in order: how many vote for it (above 0) or against it (below 0).
VOTES = (3, 5, 0, 2, -1, 1, 0, 4, -2, 0)
PLAYING = 0


@contextmanager
def _without_action_log() -> Iterator[None]:
    """No client did these things: logged, they would hide the messages of the start."""
    actions = logging.getLogger("tutti.actions")
    level = actions.level
    actions.setLevel(logging.WARNING)
    try:
        yield
    finally:
        actions.setLevel(level)


@_without_action_log()
@transaction.atomic
def seed_queue(*, slug: str) -> int:
    """Queues the first tracks by id in an empty queue; returns how many, 0 when it has items already."""
    room = room_for(slug)
    lock_stream(room.stream_id)
    if room.items.exists():
        return 0
    tracks = Track.objects.order_by("pk").values_list("pk", flat=True)[:SEEDED_ITEMS]
    items = [
        add_item(slug=slug, track_id=track_id, added_by=NAMES[index % len(NAMES)], place=Place())
        for index, track_id in enumerate(tracks)
    ]
    for item, votes in zip(items, VOTES, strict=False):
        for number in range(abs(votes)):
            voter = f"{SEED_VOTERS}{number}"
            cast_vote(slug=slug, item_id=item.pk, voter=voter, value=1 if votes > 0 else -1)
    if items:
        play_item(slug=slug, item_id=items[PLAYING].pk)
    return len(items)


class Command(BaseCommand):
    help = "Queue the first 10 tracks of the library in the main room, with votes, if its queue is empty."

    def handle(self, *_args: Any, **_options: Any) -> None:
        added = seed_queue(slug=MAIN_ROOM)
        self.stdout.write(
            f"Queued {added} tracks in the main room."
            if added
            else "The main room has a queue: left as it is."
        )
