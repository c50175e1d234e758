"""`manage.py trim`: deletes events beyond EVENT_LOG_KEEP_EVENTS and EVENT_LOG_KEEP_DAYS."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.realtime.services import trim_log


class Command(BaseCommand):
    help = "Drop events of the log that are too many or too old. What is gone becomes a snapshot for clients."

    def handle(self, *_args: Any, **options: Any) -> None:
        gone = trim_log()
        if gone or options["verbosity"] > 1:
            self.stdout.write(f"Trimmed {gone} events.")
