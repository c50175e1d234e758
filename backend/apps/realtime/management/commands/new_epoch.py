"""`manage.py new_epoch`: to be run after a backup was restored."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.realtime.services import begin_new_epochs


class Command(BaseCommand):
    help = (
        "Begin a new epoch of every stream, as is needed after restoring a backup: clients take a snapshot."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"Began new epochs of {begin_new_epochs()} streams.")
