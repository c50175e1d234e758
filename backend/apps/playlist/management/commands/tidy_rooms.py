"""`manage.py tidy_rooms`: upkeep of rooms, as the start command does it."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.playlist.upkeep import forget_removed_items, settle_rooms


class Command(BaseCommand):
    help = "Bring queues into the order that the settings say, and forget items removed long ago."

    def handle(self, *_args: Any, **_options: Any) -> None:
        settle_rooms()
        forget_removed_items()
