"""All metrics, in one list. Each process counts for itself and serves its own `/metrics`.

What many sockets share is counted once for all of them: labels are looked up here and where a function is
decorated, never for each socket or event.
"""

import time
from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter, Gauge, Histogram

# Seconds. A write on a laptop takes 2 to 10 ms, a delivery 1 to 5 ms; while Redis is unavailable up to 3 s.
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# --- Live events -------------------------------------------------------------------------------------

CONNECTIONS = Gauge("tutti_connections", "Open sockets, event streams and waiting polls.", ["kind"])
EVENTS_PUBLISHED = Counter(
    "tutti_events_published", "Events that were committed here and sent to the other processes."
)
EVENTS_DELIVERED = Counter("tutti_events_delivered", "Events handed to listeners, each listener counted.")
EVENTS_BACKFILLED = Counter(
    "tutti_events_backfilled", "Events that a hub read from the log, because no hint brought them."
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
    "tutti_event_delivery_seconds",
    "From a commit until every socket of this process has been sent the event, by the machines' clocks.",
    buckets=QUICK,
)

OPEN_CONNECTIONS = Gauge("tutti_open_connections", "Accepted connections of any kind, idle ones included.")
CONNECTIONS_REJECTED = Counter(
    "tutti_connections_rejected", "Connections that were rejected or closed because of a limit.", ["reason"]
)
MESSAGES_TOO_LARGE = Counter("tutti_messages_too_large", "Connections that were closed with 4408.")

# Rejected: a request or a stream with 503, a socket with 4429.
REJECTED_FULL = CONNECTIONS_REJECTED.labels("rejected")
REJECTED_DROPPED = CONNECTIONS_REJECTED.labels("dropped")
REJECTED_IDLE = CONNECTIONS_REJECTED.labels("idle_evicted")
REJECTED_PER_IP = CONNECTIONS_REJECTED.labels("per_ip")
SOCKETS = CONNECTIONS.labels("socket")
STREAMS = CONNECTIONS.labels("stream")
POLLS = CONNECTIONS.labels("poll")

# --- Requests and writes -----------------------------------------------------------------------------

REQUESTS_QUEUED = Gauge("tutti_requests_queued", "Requests for which others have to end first.")
WRITE_SECONDS = Histogram(
    "tutti_write_duration_seconds",
    "How long writes take, by action and by how they ended.",
    ["action", "outcome"],
    buckets=QUICK,
)
REQUESTS = Counter("tutti_http_requests", "HTTP responses.", ["method", "view", "status"])
REQUEST_SECONDS = Histogram(
    "tutti_http_request_duration_seconds", "How long responses take.", ["method", "view"], buckets=QUICK
)
RATE_LIMITED = Counter("tutti_rate_limited", "Requests, joins and messages that a rate limit rejected.")

# --- Jobs --------------------------------------------------------------------------------------------

# These are read from the table on each request of /metrics, so each process reports the work of all.
JOB_RUNS = Gauge("tutti_job_runs", "Stored runs of jobs, by status.", ["kind", "status"])
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

# These are read from the tables on each request of /metrics: also the work of commands that have ended.
CHART_QUOTA_LEFT = Gauge(
    "tutti_chart_quota_left", "What the day may still ask of a service, in its own units.", ["service"]
)
CHART_SOURCE_AGE = Gauge(
    "tutti_chart_source_age_seconds", "Since a source last gave a good list.", ["service", "genre"]
)
CHART_COUNTS_AGE = Gauge("tutti_chart_counts_age_seconds", "Since a service's counts were new.", ["service"])
CHART_SOURCES = Gauge(
    "tutti_chart_sources", "Sources by the status of their last list.", ["service", "status"]
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

CACHE_RESULTS = Counter("tutti_cache_results", "Requests for cached results.", ["cache", "result"])

STATE_HITS = CACHE_RESULTS.labels("state", "hit")
STATE_MISSES = CACHE_RESULTS.labels("state", "miss")


def observe_delivery(times: Sequence[float]) -> None:
    """Events that were committed at these times have now been given to all; 0.0 where that is unknown."""
    now = time.time()
    for committed_at in times:
        if committed_at:
            DELIVERY_SECONDS.observe(max(0.0, now - committed_at))


# --- Counting HTTP requests by their view, never by their URL, which may hold anything ---------------


KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Responses without a view: files, and requests rejected before routing.
NO_VIEW = "none"


class RequestMetricsMiddleware:
    """Wraps all that may reject a request, so that rejections are counted too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        count_request(
            method=str(request.method),
            view=request.resolver_match.route if request.resolver_match else NO_VIEW,
            status=response.status_code,
            seconds=time.perf_counter() - began,
        )
        return response


def count_request(*, method: str, view: str, status: int, seconds: float) -> None:
    """`view` is the pattern of an address, of which there are few."""
    known_method = method if method in KNOWN_METHODS else "other"
    REQUESTS.labels(known_method, view, str(status)).inc()
    REQUEST_SECONDS.labels(known_method, view).observe(seconds)
