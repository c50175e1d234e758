"""Runs a command and samples the memory of its processes ten times a second."""

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
    """The command's output."""


@dataclass(frozen=True, slots=True)
class SampledRun:
    output: str
    seconds: float
    # The sum over all processes; shared memory is counted for each.
    peak_megabytes: float


def run_sampled(command: list[str], environment: dict[str, str], *, may_fail: bool = False) -> SampledRun:
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
        with contextlib.suppress(OSError):  # a process that ended between two samples
            peak = max(peak, resident_kilobytes(with_children(process.pid)))
        try:
            output, _ = process.communicate(timeout=LOOK_SECONDS)
            break
        except subprocess.TimeoutExpired:
            continue
    if process.returncode and not may_fail:
        raise CommandFailed(output)
    return SampledRun(output, time.perf_counter() - began, peak * 1024 / 1e6)
