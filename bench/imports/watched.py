"""A command and the memory of all of its processes, looked at ten times a second."""

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass

from bench.machine import resident_kilobytes, with_children
from tests.processes import BACKEND, PROJECT

LOOK_SECONDS = 0.1


class CommandFailed(Exception):
    """What it wrote."""


@dataclass(frozen=True, slots=True)
class Watched:
    output: str
    seconds: float
    # Of all processes together; what they share is counted for each.
    peak_megabytes: float


def run_watched(command: list[str], environment: dict[str, str], *, may_fail: bool = False) -> Watched:
    """In `backend`. Raises CommandFailed."""
    paths = {"PYTHONPATH": f"{PROJECT}{os.pathsep}{BACKEND}"}
    began, peak = time.perf_counter(), 0
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=BACKEND,
        env={**environment, **paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while True:
        with contextlib.suppress(OSError):  # one that ended between two looks
            peak = max(peak, resident_kilobytes(with_children(process.pid)))
        try:
            output, _ = process.communicate(timeout=LOOK_SECONDS)
            break
        except subprocess.TimeoutExpired:
            continue
    if process.returncode and not may_fail:
        raise CommandFailed(output)
    return Watched(output, time.perf_counter() - began, peak * 1024 / 1e6)
