"""`manage.py roll_up_analytics`: recounts all activities and corrects the roll-ups."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.analytics.tasks import roll_up


class Command(BaseCommand):
    help = (
        "Recount all activities. Every write updates the roll-ups, so only rows that were written by other "
        "means can be wrong. Safe to repeat, also while the server runs."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = roll_up()
        counted = f"Recounted {done.days} days and {done.people} people"
        self.stdout.write(
            f"{counted}: {f'{done.wrong} counts were wrong' if done.wrong else 'all was right'}."
        )
