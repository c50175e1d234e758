"""`manage.py tidy_rooms`: maintenance of rooms, as at each start."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.playlist.tasks import apply_default_order, purge_removed_items


class Command(BaseCommand):
    help = "Apply the default order of the settings to queues, and purge items removed long ago."

    def handle(self, *_args: Any, **_options: Any) -> None:
        apply_default_order()
        purge_removed_items()
