"""`manage.py check_epochs`: begins new epochs when the database is older than it was, as after a restore."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.realtime.high_marks import forget_ended_streams, streams_fallen_behind
from apps.realtime.services import begin_new_epochs


class Command(BaseCommand):
    help = "Begin new epochs if the event log is shorter than it once was. The start command runs this."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if behind := streams_fallen_behind():
            begin_new_epochs()
            self.stdout.write(
                f"The database is older than it was ({len(behind)} streams fell behind), as after a restored "
                "backup: every stream began a new epoch, and clients take a snapshot."
            )
        forget_ended_streams()
