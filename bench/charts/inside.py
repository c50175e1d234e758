"""What runs inside of Tutti: programs for its shell, each of which prints one line of JSON."""

# Lines that are of a track, or listed with what they are, are processed; lost are those of a day that failed.
RUN_TWICE = """
import hashlib, json, time
from pathlib import Path
from apps.charts.models import *
from apps.charts.pipeline import Plan, run_pipeline
from apps.charts.recordings import Recordings
from apps.charts.run_models import Stage

def state():
    told = hashlib.sha256()
    for model in (RawEdition, RawEntry, ChartTrack, ServiceTrack, ReviewItem, Edition, EditionEntry,
                  EditionSource, ViewCount, HistoricalViewCount):
        for row in model.objects.order_by("pk").values_list():
            told.update(repr([value for value in row if not isinstance(value, memoryview)]).encode())
    return told.hexdigest()

def run():
    began = time.perf_counter()
    records = run_pipeline(Plan(supply=Recordings(Path("{folder}"))))
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

# 90 days of two services, until today, of as many tracks as make so many rows.
FILL = """
from datetime import timedelta
from django.db import connection, transaction
from django.utils import timezone
DAYS, SERVICES, rows = 90, ("spotify", "youtube"), {rows}
tracks = rows // (DAYS * len(SERVICES))
now = timezone.now()
first = now.date() - timedelta(days=DAYS - 1)
from apps.charts.models import HistoricalViewCount, ViewCount
def made():
    for track in range(tracks):
        for service in SERVICES:
            for day in range(DAYS):
                yield HistoricalViewCount(
                    isrc=f"ZZBEN{{track:07}}", service=service, recorded_date=first + timedelta(days=day),
                    view_count=1000 * track + 137 * day, delta_count=137 if day else None,
                    delta_days=1 if day else None, counted_at=now)
def in_parts(found, size):
    part = []
    for one in found:
        part.append(one)
        if len(part) == size:
            yield part
            part = []
    yield part
for part in in_parts(made(), 20_000):
    HistoricalViewCount.objects.bulk_create(part, batch_size=2_000)
ViewCount.objects.bulk_create(
    [ViewCount(isrc=f"ZZBEN{{track:07}}", service=service, view_count=1000 * track + 137 * (DAYS - 1),
               last_updated=now) for track in range(tracks) for service in SERVICES], batch_size=2_000)
with connection.cursor() as cursor:
    cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE historical_view_counts")
print(tracks)
"""

# The same of the tracks that any chart has had, so that no question is spared it; what a run counted stays.
FILL_CHARTS = """
from datetime import timedelta
from django.utils import timezone
from apps.charts.models import EditionEntry, HistoricalViewCount, ViewCount
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

# One question, each time with everything forgotten; then the same, remembered.
ASK_GRAPHQL = """
import json, time
import httpx
from apps.charts.view_counts.clearing import clear_views
from core.cache import shared_memory
QUERY = {query!r}
def ask():
    began = time.perf_counter()
    answer = http.post("/api/gql/", json={{"query": QUERY}})
    took = (time.perf_counter() - began) * 1000
    body = answer.raise_for_status().json()
    assert body.keys() == {{"data"}}, body
    return took, body["data"]["playlist"]["tracks"]
with httpx.Client(base_url="{base_url}", timeout=30) as http:
    ask()  # the server's first of all
    cold, warm = [], []
    for _ in range({rounds}):
        clear_views()
        if not shared_memory().is_shared:
            time.sleep(1.2)  # by then the server's process has heard of it
        took, tracks = ask()
        cold.append(took)
    for _ in range(10 * {rounds}):
        warm.append(ask()[0])
print(json.dumps({{
    "tracks": len(tracks),
    "days": sum(len(told["historical"]) for one in tracks for told in one["viewCountDataJson"].values()),
    "cold_ms": cold, "remembered_ms": warm,
}}))
"""

ASK_HISTORY = """
import json, random, statistics, time
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from apps.charts.models import HistoricalViewCount
from apps.charts.view_counts.selectors import history_of_track
until = timezone.now().date()
since = until - timedelta(days=29)
made_up = HistoricalViewCount.objects.filter(recorded_date=until, service="youtube", isrc__startswith="ZZBEN")
isrcs = list(made_up.values_list("isrc", flat=True))
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
