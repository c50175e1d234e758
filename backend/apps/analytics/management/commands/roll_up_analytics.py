"""`manage.py roll_up_analytics`: counts all activities anew and mends what the roll-ups say."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.analytics.rolling_up import roll_up


class Command(BaseCommand):
    help = (
        "Count all activities anew. The roll-ups are kept with every write, so nothing should be wrong but "
        "what was written past them. Safe to repeat, and while people go on."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = roll_up()
        counted = f"Counted {done.days} days and {done.people} people anew"
        self.stdout.write(
            f"{counted}: {f'{done.wrong} counts were wrong' if done.wrong else 'all was right'}."
        )
