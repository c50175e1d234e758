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

SOCKETS = CONNECTIONS.labels("socket")
STREAMS = CONNECTIONS.labels("stream")
POLLS = CONNECTIONS.labels("poll")

# --- Requests and writes -----------------------------------------------------------------------------

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
