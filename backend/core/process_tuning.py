"""Settings of the process: stack chunks, memory, open files, and files that only their owner may read."""

import contextlib
import ctypes
import gc
import os
import resource
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.conf import settings

# --- Stack chunks ------------------------------------------------------------------------------------


P = ParamSpec("P")
R = TypeVar("R")

# A little more than half of 256 KiB. So the frame gets a chunk of that size, with the rest for what is called
# from there, some 400 frames; and within another such function's rest there is no place for it.
FRAME_WORDS = 16_500


def with_large_stack_chunk(function: Callable[P, R]) -> Callable[P, R]:
    """Makes whatever the function calls, however deep, lie in one piece of memory. To be put at a way in.

    CPython, from 3.11 on, keeps frames in chunks of 16 KiB, and gives a chunk back to the system as soon as
    the last frame in it ends. Where a loop calls across the end of a chunk, each call has a page mapped and
    unmapped: an empty function is called 200 times slower, and some responses took two and a half times as
    long, by how many middlewares there happened to be. Who needs a large frame gets a large chunk.
    """
    function.__code__ = function.__code__.replace(co_stacksize=FRAME_WORDS)
    return function


# --- Memory ------------------------------------------------------------------------------------------


# Of glibc's <malloc.h>.
M_MMAP_THRESHOLD = -3
LARGE_BYTES = 4 * 1024 * 1024


def set_malloc_mmap_threshold() -> None:
    """Memory of 4 MiB and more goes back to the system as soon as it is freed.

    Left to itself, glibc takes such blocks from each thread's own heap once one of them was freed, and keeps
    them: 19 MiB for each thread in which a password was hashed. Elsewhere than on glibc this does nothing.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def pause_gc() -> None:
    """Until `resume_gc`: looking through modules while they load takes a quarter of a command's start."""
    gc.disable()


def resume_gc() -> None:
    """Once the apps are loaded. Without `pause_gc` before, it does nothing."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def freeze_gc() -> None:
    """From now on the garbage collector passes over everything that is there.

    To be called when all code is loaded: that stays for as long as the process lives, and looking through it
    each time holds up every thread for a tenth of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


# --- Open files, each of which a connection takes ----------------------------------------------------


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


OWNER_ONLY = 0o600


def private(path: str, flags: int) -> int:
    """An opener for `open()`: a file that it makes is its owner's alone."""
    return os.open(path, flags, OWNER_ONLY)
