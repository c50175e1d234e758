"""`manage.py new_epoch`: begins new epochs; run it after restoring a backup."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.realtime.services import begin_new_epochs


class Command(BaseCommand):
    help = "Begin a new epoch of every stream, after restoring a backup: clients then fetch a snapshot."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"Began new epochs of {begin_new_epochs()} streams.")
