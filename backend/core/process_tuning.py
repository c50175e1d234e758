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

# A little more than half of 256 KiB. So the frame gets a chunk of that size, whose rest is enough for about
# 400 frames of called functions, and not enough for another such frame.
FRAME_WORDS = 16_500


def with_large_stack_chunk(function: Callable[P, R]) -> Callable[P, R]:
    """Puts the frames of all functions that this one calls into one chunk of memory. For entry points.

    CPython, from 3.11 on, stores frames in chunks of 16 KiB, and returns a chunk to the system as soon as
    its last frame ends. If a loop calls a function across the end of a chunk, each call maps and unmaps a
    page: an empty function takes 200 times as long, and some responses took 2.5 times as
    long, depending on the number of middlewares. A function with a large frame gets a large chunk.
    """
    function.__code__ = function.__code__.replace(co_stacksize=FRAME_WORDS)
    return function


# --- Memory ------------------------------------------------------------------------------------------


# Of glibc's <malloc.h>.
M_MMAP_THRESHOLD = -3
LARGE_BYTES = 4 * 1024 * 1024


def set_malloc_mmap_threshold() -> None:
    """Returns memory blocks of 4 MiB and more to the system as soon as they are freed.

    By default, once such a block was freed, glibc allocates the next ones from each thread's own heap, and
    retains them: 19 MiB for each thread that hashed a password. Without glibc, this does nothing.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def pause_gc() -> None:
    """Until `resume_gc`: collections during imports take a quarter of the start of a command."""
    gc.disable()


def resume_gc() -> None:
    """Once the apps are loaded. Without `pause_gc` before, it does nothing."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def freeze_gc() -> None:
    """Excludes all existing objects from garbage collection.

    Call it after all code is loaded: code stays for the life of the process, and each collection that
    includes it blocks every thread for a tenth of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


# --- Open files: a connection needs one --------------------------------------------------------------


# Systems often allow 1,024 by default.
WANTED_OPEN_FILES = 65_536
# For the database (three files for each thread on SQLite), logs, uploads and Redis: a part of all files.
KEPT_PART, LEAST_KEPT, MOST_KEPT = 4, 96, 1024
# Live events never use this part of the connections: it is reserved for requests.
REQUESTS_PART = 10


def allow_many_files() -> None:
    """Raises the limit of open files to WANTED_OPEN_FILES, or as far as the system allows."""
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
