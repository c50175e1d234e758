"""Everything that is counted, in one list. Each process counts for itself and serves its own `/metrics`.

What many sockets share is counted once for all of them: labels are looked up here and where a function is
decorated, never for each socket or event.
"""

import time
from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram

# Seconds. A write on a laptop takes 2 to 10 ms, a delivery 1 to 5 ms; while Redis is away up to 3 s.
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# --- Live events -------------------------------------------------------------------------------------

CONNECTIONS = Gauge("tutti_connections", "Open sockets, event streams and waiting polls.", ["kind"])
EVENTS_PUBLISHED = Counter(
    "tutti_events_published", "Events that were committed here and told to the others."
)
EVENTS_DELIVERED = Counter("tutti_events_delivered", "Events handed to listeners, each listener counted.")
EVENTS_FILLED = Counter(
    "tutti_events_filled", "Events that a hub read from the log, because no hint brought them."
)
EVENTS_RESUMED = Counter(
    "tutti_events_resumed", "Events that were read from the log for a client that came back."
)
HINTS_LOST = Counter("tutti_hints_lost", "Hints that the channel layer did not take.")
SLOW_CLIENTS = Counter(
    "tutti_slow_clients_closed", "Connections that were closed for not reading fast enough."
)
SNAPSHOTS = Counter("tutti_snapshots", "Whole states that were sent, each receiver counted.")
HEARTBEATS = Counter("tutti_heartbeats", "Heartbeats handed to listeners, each listener counted.")
DELIVERY_SECONDS = Histogram(
    "tutti_delivery_seconds",
    "From a commit until every socket of this process has been sent the event, by the machines' clocks.",
    buckets=QUICK,
)

OPEN_CONNECTIONS = Gauge(
    "tutti_open_connections", "Accepted connections, whatever for, silent ones included."
)
CONNECTIONS_REFUSED = Counter(
    "tutti_connections_refused", "Connections that found no place, or lost theirs.", ["why"]
)
FRAMES_TOO_LARGE = Counter("tutti_frames_too_large", "Connections that were closed with 4408.")

# Told so: a request or a stream with 503, a socket with 4429.
REFUSED_FULL = CONNECTIONS_REFUSED.labels("full")
REFUSED_UNTOLD = CONNECTIONS_REFUSED.labels("untold")
SILENT_HUNG_UP = CONNECTIONS_REFUSED.labels("silent")
REFUSED_OF_ADDRESS = CONNECTIONS_REFUSED.labels("address")
SOCKETS = CONNECTIONS.labels("socket")
STREAMS = CONNECTIONS.labels("stream")
POLLS = CONNECTIONS.labels("poll")

# --- Requests and writes -----------------------------------------------------------------------------

REQUESTS_WAITING = Gauge("tutti_requests_waiting", "Requests for which others have to end first.")
WRITE_SECONDS = Histogram(
    "tutti_write_seconds",
    "How long writes take, by action and by how they ended.",
    ["action", "outcome"],
    buckets=QUICK,
)
REQUESTS = Counter("tutti_http_requests", "HTTP requests that were answered.", ["method", "view", "status"])
REQUEST_SECONDS = Histogram(
    "tutti_http_request_seconds", "How long answers take.", ["method", "view"], buckets=QUICK
)
RATE_LIMITED = Counter("tutti_rate_limited", "Requests, joins and frames that a rate limit refused.")

# --- Jobs --------------------------------------------------------------------------------------------

# These are read from the table when somebody looks, so each process tells of the work of all.
JOB_RUNS = Gauge("tutti_job_runs", "Runs of jobs on record, by what became of them.", ["kind", "status"])
JOBS_OLDEST_QUEUED = Gauge(
    "tutti_jobs_oldest_queued_seconds", "For how long the oldest run that waits could have been begun."
)

# --- Music services ----------------------------------------------------------------------------------

PROVIDER_REQUESTS = Counter(
    "tutti_provider_requests", "Requests to music services, by how they ended.", ["provider", "outcome"]
)

# --- Charts ------------------------------------------------------------------------------------------

CHART_STAGE_SECONDS = Histogram(
    "tutti_chart_stage_seconds",
    "How long the stages of the charts' pipeline take, by stage and by how they ended.",
    ["stage", "status"],
    buckets=(0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0),
)
CHART_ROWS = Counter(
    "tutti_chart_rows", "Rows that stages took in, put out and failed at.", ["stage", "what"]
)
CHART_SOURCE_FAILURES = Counter(
    "tutti_chart_source_failures", "Editions of charts that could not be had.", ["service"]
)

# These are read from the tables when somebody looks: also what a command did that has ended long ago.
CHART_QUOTA_LEFT = Gauge(
    "tutti_chart_quota_left", "What the day may still ask of a service, in its own units.", ["service"]
)
CHART_SOURCE_AGE = Gauge(
    "tutti_chart_source_age_seconds", "Since a source last gave a good list.", ["service", "genre"]
)
CHART_COUNTS_AGE = Gauge("tutti_chart_counts_age_seconds", "Since a service's counts were new.", ["service"])
CHART_SOURCES = Gauge(
    "tutti_chart_sources", "Sources by what became of their last list.", ["service", "status"]
)
CHART_STAGE_AGE = Gauge(
    "tutti_chart_stage_age_seconds", "Since a stage last ended without having failed.", ["stage"]
)
CHART_LAST_ROWS = Gauge(
    "tutti_chart_last_run_rows",
    "Rows that the last run of a stage took in, put out, left for review, failed at.",
    ["stage", "what"],
)
CHART_SUCCESS = Gauge(
    "tutti_chart_success_ratio", "Of the rows of a stage's last run, how many did not fail.", ["stage"]
)

# --- Caches ------------------------------------------------------------------------------------------

CACHE_RESULTS = Counter("tutti_cache_results", "Remembered results that were asked for.", ["cache", "result"])

STATE_HITS = CACHE_RESULTS.labels("state", "hit")
STATE_MISSES = CACHE_RESULTS.labels("state", "miss")


def observe_delivery(times: Sequence[float]) -> None:
    """Events that were committed at these times have now been given to all; 0.0 where nobody knows."""
    now = time.time()
    for committed_at in times:
        if committed_at:
            DELIVERY_SECONDS.observe(max(0.0, now - committed_at))
