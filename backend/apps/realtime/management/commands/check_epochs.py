"""`manage.py check_epochs`: begins new epochs when the database is older than it was, as after a restore."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.realtime.services import begin_new_epochs
from apps.realtime.watermarks import drop_ended_streams, streams_behind_watermark


class Command(BaseCommand):
    help = "Begin new epochs if the event log is shorter than it once was. The start command runs this."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if behind := streams_behind_watermark():
            begin_new_epochs()
            self.stdout.write(
                f"The database is older than it was ({len(behind)} streams fell behind), as after a restored "
                "backup: every stream began a new epoch, and clients take a snapshot."
            )
        drop_ended_streams()
