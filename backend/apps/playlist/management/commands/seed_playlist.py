"""`manage.py seed_playlist [--remove]`: a first queue in the main room, with votes, one item playing."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from apps.playlist.models import Vote
from apps.playlist.selectors import SEED_VOTERS
from apps.playlist.services import Place, add_item, cast_vote, play_item, remove_item
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
    items = [
        add_item(slug=slug, track_id=track_id, added_by=NAMES[index % len(NAMES)], place=Place())
        for index, track_id in enumerate(_first_tracks())
    ]
    for item, votes in zip(items, VOTES, strict=False):
        for number in range(abs(votes)):
            voter = f"{SEED_VOTERS}{number}"
            cast_vote(slug=slug, item_id=item.pk, voter=voter, value=1 if votes > 0 else -1)
    if items:
        play_item(slug=slug, item_id=items[PLAYING].pk)
    return len(items)


@_without_action_log()
@transaction.atomic
def remove_seeded_queue(*, slug: str) -> int:
    """Removes the sample items without audio that no person has voted for; returns how many."""
    room = room_for(slug)
    lock_stream(room.stream_id)
    voted_for = Vote.objects.filter(item__room=room).exclude(voter__startswith=SEED_VOTERS).values("item")
    samples = room.items.filter(
        adder="", added_by__in=NAMES, track__in=_first_tracks(), track__has_audio=False
    )
    unwanted = samples.exclude(pk__in=voted_for).values_list("pk", flat=True)
    for item_id in unwanted:
        remove_item(slug=slug, item_id=item_id)
    return len(unwanted)


def _first_tracks() -> list[int]:
    return list(Track.objects.order_by("pk").values_list("pk", flat=True)[:SEEDED_ITEMS])


class Command(BaseCommand):
    help = "Queue the first 10 tracks of the library in the main room, with votes, if its queue is empty."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--remove",
            action="store_true",
            help="remove the items of this command that no person has voted for",
        )

    def handle(self, *_args: Any, remove: bool, **_options: Any) -> None:
        if remove:
            self.stdout.write(f"Removed {remove_seeded_queue(slug=MAIN_ROOM)} items from the main room.")
            return
        added = seed_queue(slug=MAIN_ROOM)
        self.stdout.write(
            f"Queued {added} tracks in the main room."
            if added
            else "The main room has a queue: left as it is."
        )
