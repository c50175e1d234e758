"""`manage.py seed_playlist`: a first queue in the main room, so that a new server has something to show."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.playlist.models import MAIN_ROOM
from apps.playlist.seeding import seed_queue


class Command(BaseCommand):
    help = "Queue the first 10 tracks of the library in the main room, with votes, if its queue is empty."

    def handle(self, *_args: Any, **_options: Any) -> None:
        added = seed_queue(slug=MAIN_ROOM)
        self.stdout.write(
            f"Queued {added} tracks in the main room."
            if added
            else "The main room has a queue: left as it is."
        )
