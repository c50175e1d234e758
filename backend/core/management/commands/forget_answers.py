"""`manage.py forget_answers`: deletes kept answers to named writes that are older than a day."""

from typing import Any

from django.core.management.base import BaseCommand

from core.idempotency import forget_old_answers


class Command(BaseCommand):
    help = "Forget answers to named writes that are no longer kept. Each start does so, too."

    def handle(self, *_args: Any, **options: Any) -> None:
        gone = forget_old_answers()
        if gone or options["verbosity"] > 1:
            self.stdout.write(f"Forgot {gone} answers.")
