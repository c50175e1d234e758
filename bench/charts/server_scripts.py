"""Python programs for `manage.py shell` of the server; each prints one line of JSON."""

# Chart lines with a track, or in the review queue, are processed; lines of a failed day are lost.
RUN_TWICE = """
import hashlib, json, time
from pathlib import Path
from apps.charts.models import *
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.connectors.base import RecordedResponses
from apps.counts.models import *

def state():
    digest = hashlib.sha256()
    for model in (RawEdition, RawEntry, ChartTrack, ServiceTrack, ReviewItem, Edition, EditionEntry,
                  EditionSource, ViewCount, HistoricalViewCount):
        for row in model.objects.order_by("pk").values_list():
            digest.update(repr([value for value in row if not isinstance(value, memoryview)]).encode())
    return digest.hexdigest()

def run():
    began = time.perf_counter()
    records = run_pipeline(Plan(connector=RecordedResponses(Path("{folder}"))))
    return time.perf_counter() - began, {{record.stage: record for record in records}}

first, records = run()
before = state()
again, second = run()
tried = RawEdition.objects.exclude(tried_at=None)
lines = RawEntry.objects.filter(edition__status="ok")
tracks = records[Stage.COUNTS]
done = lines.filter(edition__transformed_at__isnull=False).count()
lost = sum(len(one.failures) for name, one in records.items() if name not in (Stage.EXTRACT, Stage.TRANSFORM))
print(json.dumps({{
    "first_seconds": first, "again_seconds": again, "lines": lines.count(),
    "processed": (done + tracks.rows_out) / max(1, lines.count() + tracks.rows_in + lost),
    "changed_again": sum(one.rows_out for one in second.values()) + (before != state()),
    "stages": {{name: [one.rows_in, one.rows_out, one.rows_failed] for name, one in records.items()}},
    "matched": lines.filter(track__isnull=False).count() / max(1, lines.count()),
}}))
"""

# 90 days until today of two services, with as many tracks as are needed for the number of rows.
FILL = """
from datetime import timedelta
from django.db import connection, transaction
from django.utils import timezone
DAYS, SERVICES, rows = 90, ("spotify", "youtube"), {rows}
tracks = rows // (DAYS * len(SERVICES))
now = timezone.now()
first = now.date() - timedelta(days=DAYS - 1)
from apps.counts.models import HistoricalViewCount, ViewCount
def counts():
    for track in range(tracks):
        for service in SERVICES:
            for day in range(DAYS):
                yield HistoricalViewCount(
                    isrc=f"ZZBEN{{track:07}}", service=service, recorded_date=first + timedelta(days=day),
                    view_count=1000 * track + 137 * day, delta_count=137 if day else None,
                    delta_days=1 if day else None, counted_at=now)
def batches(found, size):
    part = []
    for one in found:
        part.append(one)
        if len(part) == size:
            yield part
            part = []
    yield part
for part in batches(counts(), 20_000):
    HistoricalViewCount.objects.bulk_create(part, batch_size=2_000)
ViewCount.objects.bulk_create(
    [ViewCount(isrc=f"ZZBEN{{track:07}}", service=service, view_count=1000 * track + 137 * (DAYS - 1),
               last_updated=now) for track in range(tracks) for service in SERVICES], batch_size=2_000)
with connection.cursor() as cursor:
    cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE historical_view_counts")
print(tracks)
"""

# The same for all tracks that were on a chart, so that each query reads it; counts of the run stay.
FILL_CHARTS = """
from datetime import timedelta
from django.utils import timezone
from apps.charts.models import EditionEntry
from apps.counts.models import HistoricalViewCount, ViewCount
DAYS, SERVICES = 90, ("spotify", "youtube", "soundcloud")
now = timezone.now()
isrcs = sorted(set(EditionEntry.objects.values_list("track__isrc", flat=True)))
HistoricalViewCount.objects.bulk_create([
    HistoricalViewCount(
        isrc=isrc, service=service, recorded_date=now.date() - timedelta(days=ago),
        view_count=1_000_000_000 - 137 * ago, delta_count=137, delta_days=1, counted_at=now)
    for isrc in isrcs for service in SERVICES for ago in range(DAYS)
], batch_size=2_000, ignore_conflicts=True)
ViewCount.objects.bulk_create(
    [ViewCount(isrc=isrc, service=service, view_count=1_000_000_000, last_updated=now)
     for isrc in isrcs for service in SERVICES], ignore_conflicts=True)
print(len(isrcs))
"""

# One query, each time with an empty cache; then the same from the cache.
ASK_GRAPHQL = """
import json, time
import httpx
from apps.counts.cache import clear_views
from core.cache import shared_memory
QUERY = {query!r}
def ask():
    began = time.perf_counter()
    response = http.post("/api/gql/", json={{"query": QUERY}})
    took = (time.perf_counter() - began) * 1000
    body = response.raise_for_status().json()
    assert body.keys() == {{"data"}}, body
    return took, body["data"]["playlist"]["tracks"]
with httpx.Client(base_url="{base_url}", timeout=30) as http:
    ask()  # warms the server up
    cold, warm = [], []
    for _ in range({rounds}):
        clear_views()
        if not shared_memory().is_shared:
            time.sleep(1.2)  # by then the server's process has dropped its cache
        took, tracks = ask()
        cold.append(took)
    for _ in range(10 * {rounds}):
        warm.append(ask()[0])
print(json.dumps({{
    "tracks": len(tracks),
    "days": sum(len(counts["historical"]) for one in tracks for counts in one["viewCountDataJson"].values()),
    "cold_ms": cold, "cached_ms": warm,
}}))
"""

ASK_HISTORY = """
import json, random, statistics, time
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from apps.counts.models import HistoricalViewCount
from apps.counts.selectors import history_of_track
until = timezone.now().date()
since = until - timedelta(days=29)
sample = HistoricalViewCount.objects.filter(recorded_date=until, service="youtube", isrc__startswith="ZZBEN")
isrcs = list(sample.values_list("isrc", flat=True))
chosen = random.Random(1).choices(isrcs, k={asked})
times = []
for isrc in chosen:
    began = time.perf_counter()
    rows = list(history_of_track(isrc, since=since, until=until))
    times.append((time.perf_counter() - began) * 1000)
    assert len(rows) == 60, len(rows)
plan = str(history_of_track(chosen[0], since=since, until=until).explain())
scans = []
for isrc in chosen[:3]:
    began = time.perf_counter()
    scanned = HistoricalViewCount.objects.extra(where=["isrc || '' = %s"], params=[isrc])
    list(scanned.values_list("view_count"))
    scans.append((time.perf_counter() - began) * 1000)
print(json.dumps({{
    "rows": HistoricalViewCount.objects.count(), "mean_ms": statistics.mean(times), "worst_ms": max(times),
    "scan_ms": statistics.median(scans), "plan": plan,
    "is_index_alone": "COVERING INDEX historical_of_track" in plan or "Index Only Scan" in plan,
}}))
"""
