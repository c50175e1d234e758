"""Compiles the benchmarks' C programs on first use, and again after a change."""

import os
import subprocess
from pathlib import Path

from bench.system_packages import install_missing
from tests import services

SOURCES = Path(__file__).resolve().parent / "c"
BUILT = Path(__file__).resolve().parent / "build"
PARTS = {
    "loadgen": ["loadgen", "measure", "reconnect", "feed", "clients", "websocket", "counters", "histogram"],
    "broadcaster": ["broadcaster", "accept_key"],
}
FLAGS = ["-O2", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wshadow", "-Wconversion"]


def compiled(name: str) -> Path:
    """The program of this name. Raises ServiceError if there is no compiler or it fails."""
    program = BUILT / name
    sources = [SOURCES / f"{part}.c" for part in PARTS[name]]
    newest = max(path.stat().st_mtime for path in [*sources, *SOURCES.glob("*.h")])
    if not program.exists() or program.stat().st_mtime < newest:
        _compile(sources, program)
    return program


def _compile(sources: list[Path], program: Path) -> None:
    install_missing({"gcc": services.compiler_binary, "libc6-dev": services.c_headers})
    BUILT.mkdir(exist_ok=True)
    unfinished = program.with_name(f"{program.name}.{os.getpid()}")  # two runs may compile concurrently
    done = subprocess.run(
        [services.compiler_binary(), *FLAGS, "-o", unfinished, *sources],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise services.ServiceError(f"{program.name} could not be compiled.\n{done.stderr}")
    unfinished.replace(program)
