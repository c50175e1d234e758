"""How a moment is written for clients: ISO 8601 in UTC with a Z."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

# A moment in what travels; msgspec writes it like `instant_text`.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
# The same as text already.
InstantText = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]


def instant_text(moment: datetime) -> str:
    """2025-12-04T10:00:00Z, with as many digits of a second as the moment has (0 or 6)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def milliseconds_text(moment: datetime) -> str:
    """2025-12-04T12:34:56.789Z, always with three digits."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
