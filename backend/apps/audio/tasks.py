"""Background jobs of the app audio."""

import logging

from django.conf import settings

from apps.jobs.registry import JobFailed, job

logger = logging.getLogger(__name__)
# The maximum of unreadable files that the job logs; `manage.py scan_music` lists all.
REPORTED_FILES = 20


@job("audio.scan", is_long=True)
def scan_folders() -> dict[str, int]:
    """Scans MUSIC_DIRS. Known files are not read again, so the run after a killed one continues its work."""
    if not settings.MUSIC_DIRS:
        raise JobFailed("NO_MUSIC_DIRS")  # this process has other settings than the one that requested it
    # Imported late: the server imports all jobs, but seldom runs this one.
    from dataclasses import asdict

    from apps.audio.scanning import scan

    bad: list[str] = []

    def report(path: str, reason: str) -> None:
        bad.append(path)
        if len(bad) <= REPORTED_FILES:
            logger.warning("%s %s", path, reason)

    result = scan(report=report)
    logger.info("Music folders: %s", result)
    return asdict(result)
