"""The baseline, a process of its own: reads an export line by line and writes each count immediately.

`python -m bench.imports.baseline FILE NUMBER`; prints its seconds. It checks less than the import does: it
only counts the documents that the tables reject.
"""

import json
import sys
import time
from datetime import date, datetime
from itertools import islice
from pathlib import Path


def main(file: str, number: str) -> None:
    import django

    django.setup()
    began = time.perf_counter()
    written = bad = 0
    with Path(file).open(encoding="utf-8") as lines:
        for line in islice(lines, int(number)):
            if _write(json.loads(line)):
                written += 1
            else:
                bad += 1
    print(json.dumps({"written": written, "bad": bad, "seconds": time.perf_counter() - began}))  # noqa: T201


def _write(document: dict[str, object]) -> bool:
    from django.db import IntegrityError, transaction

    from apps.counts.models import HistoricalViewCount, ViewCount

    moment = datetime.fromisoformat(document["recorded_date"]["$date"])  # type: ignore[index]
    key = {"isrc": document["isrc"], "service": document["service_name"]}
    count = document["view_count"]
    earlier = HistoricalViewCount.objects.filter(**key, recorded_date__lt=moment.date())
    before = earlier.order_by("-recorded_date").first()
    delta = {} if before is None else _since(before.view_count, before.recorded_date, count, moment.date())
    try:
        with transaction.atomic():
            ViewCount.objects.update_or_create(**key, defaults={"view_count": count, "last_updated": moment})
            HistoricalViewCount.objects.update_or_create(
                **key,
                recorded_date=moment.date(),
                defaults={"view_count": count, "counted_at": moment, **delta},
            )
    except IntegrityError:
        return False
    return True


def _since(counted: int | None, on: date, count: object, day: date) -> dict[str, int]:
    return {"delta_count": int(str(count)) - (counted or 0), "delta_days": (day - on).days}


if __name__ == "__main__":
    main(*sys.argv[1:])
