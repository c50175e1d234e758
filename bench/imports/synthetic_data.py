"""A synthetic export of view counts in mongoexport's format, with counts that grow day by day."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

SERVICES = ("spotify", "youtube", "soundcloud")
DAYS = 90
FIRST_DAY = date(2026, 1, 1)
SEED = 7
# One in this number of days has an invalid count, as in real collections.
BAD_ONE_IN = 10_000


def write_export(place: Path, documents: int) -> int:
    """Returns the number of invalid documents."""
    bad = 0
    with place.open("w", encoding="utf-8") as file:
        for number, document in enumerate(_documents(documents)):
            if number % BAD_ONE_IN == BAD_ONE_IN - 1:
                document["view_count"] = -1
                bad += 1
            file.write(f"{json.dumps(document)}\n")
    return bad


def _documents(number: int) -> Iterator[dict[str, object]]:
    chance = random.Random(SEED)
    tracks = -(-number // (DAYS * len(SERVICES)))
    counts = [[chance.randrange(10**7) for _ in SERVICES] for _ in range(tracks)]
    written = 0
    for day in range(DAYS):
        on = FIRST_DAY + timedelta(days=day)
        for track in range(tracks):
            for place, service in enumerate(SERVICES):
                if written == number:
                    return
                counts[track][place] += chance.randrange(100_000)
                written += 1
                yield {
                    "_id": {"$oid": f"{written:024x}"},
                    "isrc": f"QZTUT{track:07}",
                    "service_name": service,
                    "view_count": counts[track][place],
                    "recorded_date": {"$date": f"{on}T02:00:00Z"},
                }
