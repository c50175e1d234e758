"""`manage.py new_epoch`: begins new epochs; run it after restoring a backup."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.realtime.services import begin_new_epochs
from apps.realtime.watermarks import drop_ended_streams, streams_behind_watermark


class Command(BaseCommand):
    help = "Begin a new epoch of every stream, after restoring a backup: clients then fetch a snapshot."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-restored",
            action="store_true",
            help="only if the event log is shorter than recorded, as after a restore; each start runs this",
        )

    def handle(self, *_args: Any, if_restored: bool, **_options: Any) -> None:
        if not if_restored:
            self.stdout.write(f"Began new epochs of {begin_new_epochs()} streams.")
            return
        if behind := streams_behind_watermark():
            begin_new_epochs()
            self.stdout.write(
                f"The database is older than it was ({len(behind)} streams fell behind), as after a restored "
                "backup: every stream began a new epoch, and clients take a snapshot."
            )
        drop_ended_streams()
