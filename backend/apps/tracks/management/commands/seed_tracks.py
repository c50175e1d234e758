"""`manage.py seed_tracks`: 35 well-known tracks for an empty library."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.tracks.services import SEED_TRACKS, seed_library


class Command(BaseCommand):
    help = "Adds 35 well-known tracks to the library; those that it has already stay as they are."

    def handle(self, *_args: Any, **_options: Any) -> None:
        added = seed_library()
        already = len(SEED_TRACKS) - added
        self.stdout.write(f"{added} tracks added to the library, {already} were there already.")
