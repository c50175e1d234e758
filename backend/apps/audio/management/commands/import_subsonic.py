"""`manage.py import_subsonic`: imports the songs of the Subsonic server of SUBSONIC_URL."""

import sys
from contextlib import closing
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.audio.progress import FileProgress
from apps.audio.subsonic import SubsonicServer
from apps.audio.subsonic_import import count_songs, import_songs
from core.providers.responses import Failure, ProviderError

INTERRUPTED = 130
ADVICE = {
    Failure.NOT_ALLOWED: "Check SUBSONIC_USER and SUBSONIC_PASSWORD.",
    Failure.GARBAGE: "Check SUBSONIC_URL: this is no Subsonic server, or the path is missing.",
    Failure.REDIRECTED: "It redirects: set SUBSONIC_URL to the address that it redirects to.",
}


class Command(BaseCommand):
    help = (
        "Imports the songs of the Subsonic-compatible server of SUBSONIC_URL (Navidrome, Airsonic, Gonic and "
        "others). The same ISRC, else the same title, artist and duration, is the same track; others are "
        "added. A later run imports what has changed, and continues after an interrupted one."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.SUBSONIC_URL:
            raise CommandError("SUBSONIC_URL names no server.")
        try:
            with (
                closing(SubsonicServer()) as server,
                FileProgress("Songs", count_songs(server), self.stdout) as bar,
            ):

                def report(song: str, reason: str) -> None:
                    bar.clear()
                    self.stderr.write(f"{song} {reason}")

                result = import_songs(server, report=report, progress=bar.advance)
        except ProviderError as error:
            advice = ADVICE.get(error.failure, "Run it again to continue.")
            raise CommandError(
                f"{settings.SUBSONIC_URL} does not return its songs: {error}. {advice}"
            ) from None
        except KeyboardInterrupt:
            self.stderr.write("Stopped. The next run continues from here.")
            sys.exit(INTERRUPTED)
        self.stdout.write(f"{result}.")
