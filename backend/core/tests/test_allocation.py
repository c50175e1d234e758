"""Large blocks of memory don't stay with the process."""

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
