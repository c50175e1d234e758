"""`/metrics` in Prometheus's format, for this machine and for clients with the METRICS_TOKEN."""

import hmac
import math
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from apps.charts.monitoring import clear_gauges as clear_charts
from apps.charts.monitoring import show as show_charts
from apps.jobs.selectors import count_runs, oldest_wait_seconds
from core.error_responses import answer, only_read
from core.errors import NotPermitted
from core.metrics import JOB_RUNS, JOBS_OLDEST_QUEUED

# Headers added by proxies. Requests through a proxy on this machine are not local.
FORWARDING_HEADERS = ("Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")


@only_read
def metrics(request: HttpRequest) -> HttpResponse:
    """This process's metrics since its start, and those of jobs."""
    if not (_comes_from_this_machine(request) or _shows_token(request)):
        return answer(NotPermitted("Only from the server's own machine, or with the METRICS_TOKEN."))
    _update_job_metrics()
    _update_chart_metrics()
    return HttpResponse(
        generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    )


def _update_job_metrics() -> None:
    """While the database is unavailable, the metrics of jobs are omitted."""
    JOB_RUNS.clear()
    try:
        for (kind, status), number in count_runs().items():
            JOB_RUNS.labels(kind, status).set(number)
        JOBS_OLDEST_QUEUED.set(oldest_wait_seconds(timezone.now()))
    except Exception:  # it may raise anything
        JOBS_OLDEST_QUEUED.set(math.nan)


def _update_chart_metrics() -> None:
    try:
        show_charts(timezone.now())
    except Exception:  # as above
        clear_charts()


def _comes_from_this_machine(request: HttpRequest) -> bool:
    """Whether the peer and all forwarded IP addresses are local, regardless of TRUSTED_PROXIES."""
    forwarded = request.headers.get("X-Forwarded-For")
    if forwarded is None and any(name in request.headers for name in FORWARDING_HEADERS):
        return False
    chain = [*(forwarded.split(",") if forwarded is not None else []), request.META.get("REMOTE_ADDR") or ""]
    return all(_is_own(address.strip()) for address in chain)


def _is_own(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback


def _shows_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted: str = settings.METRICS_TOKEN
    is_same = hmac.compare_digest(token.strip().encode(), wanted.encode())
    return bool(wanted) and scheme.lower() == "bearer" and is_same
