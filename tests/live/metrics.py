"""The metrics of a server."""

import re
from collections.abc import Callable

import httpx

from tests.processes import TuttiServer

SAMPLE = re.compile(r"^(tutti_\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def numbers(server: TuttiServer) -> dict[str, float]:
    text = httpx.get(f"{server.base_url}/metrics").text
    return {
        f"{name}{{{labels}}}" if labels else name: float(value)
        for name, labels, value in SAMPLE.findall(text)
    }


def since_now(server: TuttiServer) -> Callable[[], dict[str, int]]:
    """By how much each number has grown."""
    before = numbers(server)
    return lambda: {name: int(now - before.get(name, 0)) for name, now in numbers(server).items()}
