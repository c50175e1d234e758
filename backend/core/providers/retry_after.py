"""What a service says in `Retry-After`. Pure: is told what time it is."""

from datetime import UTC
from email.utils import parsedate_to_datetime

# Spotify asks for up to a day. What is longer is believed only as far as this: then it is asked again.
MAX_SECONDS = 24 * 3600.0


def seconds_asked_for(header: str | None, *, now: float) -> float | None:
    """From now on, between 0 and MAX_SECONDS; None where the header says nothing that makes sense.

    It is a number of seconds or a date of HTTP (RFC 9110, 10.2.3). `now` is in seconds since 1970.
    """
    said = (header or "").strip()
    if not said.isascii():
        return None
    seconds = float(said) if said.isdigit() else _seconds_until(said, now=now)
    return None if seconds is None else min(max(seconds, 0.0), MAX_SECONDS)


def _seconds_until(date: str, *, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        if moment.tzinfo is None:  # dates of HTTP are in UTC, whatever they forget to say
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp() - now
    except (ValueError, OverflowError):
        return None
