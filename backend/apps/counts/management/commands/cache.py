"""`manage.py cache clear|warm`: the cache of charts and view counts."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.counts.cache import UnknownPrefix, clear_views
from apps.counts.selectors import warm_views
from core.cache import shared_memory


class Command(BaseCommand):
    help = (
        "Clears or warms the cache of charts and view counts, not other caches. Without Redis, every server "
        "process clears its own cache within a second, and warming does nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        clear = actions.add_parser("clear", help="clear the cache")
        clear.add_argument("--prefix", default="", help="only keys with this prefix, such as view_count:")
        actions.add_parser("warm", help="read all counts once, so that they are cached")

    def handle(self, *_args: Any, action: str, prefix: str = "", **_options: Any) -> None:
        memory = shared_memory()
        if action == "warm":
            self._warm()
            return
        try:
            cleared = clear_views(prefix)
        except UnknownPrefix as error:
            raise CommandError(str(error)) from None
        if memory.is_unavailable:
            raise CommandError("Redis did not respond, so its cache was not cleared. Try again.")
        if memory.is_shared:
            self.stdout.write(f"{cleared} keys cleared.")
        else:
            self.stdout.write("Every process clears its cache within a second.")

    def _warm(self) -> None:
        if not shared_memory().is_shared:
            self.stdout.write("There is no Redis to warm: each process fills its own cache on requests.")
            return
        is_terminal = sys.stderr.isatty()
        for done, of in warm_views():
            if is_terminal:
                self.stderr.write(f"\r{done} of {of} tracks", ending="")
        if is_terminal:
            self.stderr.write("")
        if shared_memory().is_unavailable:
            raise CommandError("Redis did not respond, so the cache was not warmed.")
        self.stdout.write("The cache is warm.")
