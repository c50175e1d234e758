"""Large blocks of memory don't stay with the process; the garbage collector doesn't look through all code."""

import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2]
# Hashes as logins do, in several threads at once; prints what the process holds more than before, in bytes.
HASHING = """
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import argon2
from core.allocation import give_large_blocks_back

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

give_large_blocks_back()
hasher = argon2.PasswordHasher(memory_cost=19 * 1024, time_cost=1, parallelism=1)
before = held()
with ThreadPoolExecutor(6) as pool:
    list(pool.map(hasher.hash, ["a long enough pass phrase"] * 60))
    print(held() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc, and glibc")
def test_what_hashing_took_goes_back_to_the_system():
    done = subprocess.run(  # noqa: S603 - its own program
        [sys.executable, "-c", HASHING], cwd=BACKEND, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 19 * 1024 * 1024


# With everything loaded that serves requests: how much the collector looks at, how much it passes over.
COLLECTING = """
import config.asgi
import gc
print(len(gc.get_objects()), gc.get_freeze_count())
"""


def test_the_collector_passes_over_loaded_code():
    done = subprocess.run(  # noqa: S603 - its own program
        [sys.executable, "-c", COLLECTING], cwd=BACKEND, capture_output=True, text=True, check=True
    )
    looked_through, passed_over = map(int, done.stdout.split())
    assert passed_over > 20 * looked_through
