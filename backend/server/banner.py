"""The text printed when the server starts: its URLs, its mode, how to stop it."""

import platform

import redis
from django.conf import settings

from apps.frontend.build import is_built, why_missing, why_not_built
from core.network import local_addresses
from core.process_tuning import connections_that_files_allow, max_connections, max_live_connections
from server.connections import reachable_host

LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
CREATE_ADMIN = ". .venv/bin/activate && cd backend && python manage.py createsuperuser"


def banner(host: str, port: int, *, lan: bool) -> str:
    netloc = f"{reachable_host(host)}:{port}"
    lines = [
        ("Web app", f"http://{netloc}/"),
        ("API", f"http://{netloc}/api/   documentation: http://{netloc}/api/docs/"),
        ("Live events", f"ws://{netloc}/ws/playlist/"),
        ("Admin", f"http://{netloc}/admin/   create an account: {CREATE_ADMIN}"),
        ("Mode", _mode()),
        ("Connections", _connections()),
        ("Data", str(settings.DATA_DIR)),
        ("Mail", _mail()),
        ("Reachable", _reach(host, port, lan=lan)),
        ("Stop", "Ctrl-C"),
        *(("Warning", warning) for warning in _warnings()),
    ]
    return "\n".join(["", *(f"  {label:<12} {text}" for label, text in lines), ""])


def ready_line(host: str, port: int) -> str:
    return f"Tutti is ready at http://{reachable_host(host)}:{port}/"


def _mode() -> str:
    is_embedded = settings.IS_SQLITE and not settings.REDIS_URLS
    size = "embedded" if is_embedded else "server"
    database = "SQLite" if settings.IS_SQLITE else "PostgreSQL"
    layer = "Redis" if settings.REDIS_URLS else "in-memory channel layer"
    processes = ", one process" if is_embedded else ""
    return f"{size}: {database}, {layer}{processes} (Python {platform.python_version()})"


def _connections() -> str:
    live, address = max_live_connections(), settings.MAX_CONNECTIONS_PER_ADDRESS
    return f"at most {max_connections()} (MAX_CONNECTIONS), {live} of them live; {address} per IP address"


def _mail() -> str:
    kind = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if kind == "dummy":
        return "discarded: passwords cannot be reset (EMAIL_URL)"
    return (
        "printed to this terminal, including tokens (EMAIL_URL)"
        if kind == "console"
        else f"sent by {kind} (EMAIL_URL)"
    )


def _reach(host: str, port: int, *, lan: bool) -> str:
    if host in LOOPBACK:
        return "only from this machine; to allow the local network: ./start-daphne.sh --lan"
    if not lan:
        return f"on {host}, as any of {', '.join(settings.ALLOWED_HOSTS)} (ALLOWED_HOSTS)"
    urls = [f"http://{address}:{port}/" for address in local_addresses()]
    return f"from the local network: {' '.join(urls) or 'no network is connected'}"


def _warnings() -> list[str]:
    found = _warnings_of_the_web_app()
    if settings.RATE_LIMIT_FACTOR == 0:
        found.append("RATE_LIMIT_FACTOR=0: rate limits are off")
    if (most := connections_that_files_allow()) < settings.MAX_CONNECTIONS:
        found.append(f"MAX_CONNECTIONS={settings.MAX_CONNECTIONS}, but open files (ulimit -n) allow {most}")
    if settings.OPEN_DISCOVERY_API:
        found.append(
            "OPEN_DISCOVERY_API is on: every client can read preferences and activities of all users"
        )
    if settings.DEBUG:
        found.append("DEBUG is on: errors show internals to every client")
    found += [f"Redis (REDIS_URL) is unavailable: {why}" for why in _redis_failures()]
    if not settings.IS_SQLITE and not settings.REDIS_URLS:
        found.append("no REDIS_URL: changes of other processes on this database arrive seconds late")
    return found


def _warnings_of_the_web_app() -> list[str]:
    folder = settings.FRONTEND_DIR
    if not is_built(folder):
        missing = why_missing(folder)
        return [f"the web app is missing. {missing.why} {missing.what_to_do}"]
    if problem := why_not_built(folder):
        return [f"the web app is outdated. {problem.why} {problem.what_to_do}"]
    return []


def _redis_failures() -> list[str]:
    """Errors of unavailable Redis servers, which delay changes; a wrong URL cannot be distinguished."""
    failures = []
    for url in settings.REDIS_URLS:
        try:
            with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
                client.ping()
        except (redis.RedisError, ValueError) as error:
            failures.append(str(error))
    return failures
