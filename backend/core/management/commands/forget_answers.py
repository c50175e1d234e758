"""`manage.py forget_answers`: purges idempotency records that are older than a day."""

from typing import Any

from django.core.management.base import BaseCommand

from core.idempotency import purge_expired_records


class Command(BaseCommand):
    help = "Delete expired idempotency records. Each start does so, too."

    def handle(self, *_args: Any, **options: Any) -> None:
        gone = purge_expired_records()
        if gone or options["verbosity"] > 1:
            self.stdout.write(f"Deleted {gone} expired idempotency records.")
