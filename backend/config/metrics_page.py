"""`/metrics` in Prometheus's words: for this machine, and for whoever shows the METRICS_TOKEN."""

import hmac
import math
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from apps.charts.watching import forget_shown as forget_charts
from apps.charts.watching import show as show_charts
from apps.jobs.selectors import oldest_wait_seconds, runs_on_record
from config.health import only_read
from core.answers import answer
from core.errors import NotPermitted
from core.metrics import JOB_RUNS, JOBS_OLDEST_QUEUED

# What proxies add. One of them on this machine must not make the whole world a caller from here.
FORWARDING_HEADERS = ("Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")


@only_read
def metrics(request: HttpRequest) -> HttpResponse:
    """What this process has counted since it started, and what is to be said of jobs."""
    if not (_comes_from_this_machine(request) or _shows_token(request)):
        return answer(NotPermitted("Only from the server's own machine, or with the METRICS_TOKEN."))
    _look_at_jobs()
    _look_at_charts()
    return HttpResponse(
        generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    )


def _look_at_jobs() -> None:
    """While the database is away they are not known, and all else is told."""
    JOB_RUNS.clear()
    try:
        for (kind, status), number in runs_on_record().items():
            JOB_RUNS.labels(kind, status).set(number)
        JOBS_OLDEST_QUEUED.set(oldest_wait_seconds(timezone.now()))
    except Exception:  # whatever it raises, nobody can tell
        JOBS_OLDEST_QUEUED.set(math.nan)


def _look_at_charts() -> None:
    try:
        show_charts(timezone.now())
    except Exception:  # as above
        forget_charts()


def _comes_from_this_machine(request: HttpRequest) -> bool:
    """Whoever connected and everybody that it says it speaks for, however many proxies are trusted."""
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
