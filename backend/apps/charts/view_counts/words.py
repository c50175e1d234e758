"""What a day's figure may be called; shared by the tables and by what is reckoned from them."""

from typing import Literal, cast

from django.db import models

# A day's figure as it is shown.
CountStatus = Literal["ok", "anomaly", "stale", "failed", "missing"]


class CountedService(models.TextChoices):
    """Music services whose counts are kept."""

    SPOTIFY = "spotify", "Spotify"
    YOUTUBE = "youtube", "YouTube"
    SOUNDCLOUD = "soundcloud", "SoundCloud"
    APPLE_MUSIC = "apple_music", "Apple Music"


class Status(models.TextChoices):
    """What became of asking for a day's figure."""

    OK = "ok", "counted"
    FAILED = "failed", "the source failed"
    MISSING = "missing", "the source has no figure"
    STALE = "stale", "the source repeats all its figures of the day before"


class Flag(models.TextChoices):
    """Why a figure is to be taken with care. It is kept as it came."""

    NONE = "", "nothing odd"
    FELL = "fell", "lower than before"
    JUMPED = "jumped", "far more than this track gets"
    STALE = "stale", "a copy of the figure before: not counted on that day"


def shown_status(status: str, flag: str) -> CountStatus:
    """In one word: `anomaly` for a figure that fell or jumped, `stale` for a copy of the day before."""
    if flag in {Flag.FELL, Flag.JUMPED}:
        return "anomaly"
    return cast(CountStatus, str(flag or status))
