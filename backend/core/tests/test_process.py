"""What a process takes of its machine: memory that it gives back, open files, and room for frames."""

import resource
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.process_tuning import allow_many_files, with_large_stack_chunk
from core.tests.programs import run_program

# Hashes as logins do, in several threads at once; prints what the process holds more than before, in bytes.
HASHING = """
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import argon2
from core.process_tuning import set_malloc_mmap_threshold

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

set_malloc_mmap_threshold()
hasher = argon2.PasswordHasher(memory_cost=19 * 1024, time_cost=1, parallelism=1)
before = held()
with ThreadPoolExecutor(6) as pool:
    list(pool.map(hasher.hash, ["a long enough pass phrase"] * 60))
    print(held() - before)
"""
# With everything loaded that serves requests: how much the collector looks at, how much it passes over.
COLLECTING = """
import config.asgi
import gc
print(len(gc.get_objects()), gc.get_freeze_count())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc, and glibc")
def test_memory_of_password_hashing_is_returned_to_the_system(tmp_path: Path):
    done = run_program("-c", HASHING, data=tmp_path)
    assert int(done.stdout) < 19 * 1024 * 1024, done.stderr


def test_the_garbage_collector_ignores_loaded_code(tmp_path: Path):
    done = run_program("-c", COLLECTING, data=tmp_path)
    looked_through, passed_over = map(int, done.stdout.split())
    assert passed_over > 20 * looked_through


def test_the_limit_of_open_files_is_raised_as_far_as_the_system_allows(monkeypatch):
    """How many connections it leaves room for: tests/live/test_connection_limits.py."""
    raised = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    for limits in ((1024, 4096), (4096, 4096), (1024, 1_000_000)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, limits=limits: limits)
        allow_many_files()
    assert raised == [(4096, 4096), (65_536, 1_000_000)]


# --- Calls cost the same at every depth --------------------------------------------------------------

CALLS = 2_000
# Chunks that are taken once, and what else goes on in the process.
FEW = 200
DEPTHS = 300


def at_depth(depth: int) -> None:
    if depth:
        at_depth(depth - 1)
    else:
        for _ in range(CALLS):
            do_nothing()


def do_nothing() -> None:
    pass


@with_large_stack_chunk
def with_room(depth: int) -> None:
    at_depth(depth)


@with_large_stack_chunk
def with_room_twice(depth: int) -> None:
    """The second is as deep within the first as its own loop is within itself."""
    until_room(depth, depth)


def until_room(left: int, depth: int) -> None:
    if left:
        until_room(left - 1, depth)
    else:
        with_room(depth)


def pages_taken(call: Callable[[int], None], depth: int) -> int:
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    call(depth)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


@pytest.mark.parametrize("call", [with_room, with_room_twice])
def test_with_a_large_stack_chunk_no_depth_allocates_per_call(call: Callable[[int], None]):
    assert max(pages_taken(call, depth) for depth in range(DEPTHS)) < FEW


def test_without_a_large_stack_chunk_some_depths_allocate_per_call():
    """When this fails, Python has fixed it, and `with_large_stack_chunk` can be deleted."""
    assert max(pages_taken(at_depth, depth) for depth in range(DEPTHS)) >= CALLS
