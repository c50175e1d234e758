"""How many connections this process can hold: each takes one of the files that the system lets it open."""

import contextlib
import resource

from django.conf import settings

# Systems often allow 1,024 unless asked.
WANTED_OPEN_FILES = 65_536
# For the database (three files for each thread on SQLite), logs, uploads and Redis: a part of all files.
KEPT_PART, LEAST_KEPT, MOST_KEPT = 4, 96, 1024
# Connections that live events never take: so many of all are left for requests.
REQUESTS_PART = 10


def allow_many_files() -> None:
    """As many as wanted, or as the system allows."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_OPEN_FILES if most == resource.RLIM_INFINITY else min(WANTED_OPEN_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        with contextlib.suppress(ValueError, OSError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def connections_that_files_allow() -> int:
    now, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = WANTED_OPEN_FILES if now == resource.RLIM_INFINITY else now
    return max(1, files - min(MOST_KEPT, max(LEAST_KEPT, files // KEPT_PART)))


def max_connections() -> int:
    """MAX_CONNECTIONS, but never more than the files allow."""
    allowed = connections_that_files_allow()
    return min(settings.MAX_CONNECTIONS or allowed, allowed)


def max_live_connections() -> int:
    """Sockets, streams and waiting polls."""
    most = max_connections()
    return most - max(1, most // REQUESTS_PART)
