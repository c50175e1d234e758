"""What must be locked before a track changes, and must let go of it before it goes.

The library knows nobody who uses its tracks. An app above registers itself in `AppConfig.ready()`.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dependants:
    """`lock` is called first inside each transaction that changes or deletes the track of that id; `release`
    inside the one that deletes it, before the row goes."""

    lock: Callable[[int], None]
    release: Callable[[int], None]


_registered: list[Dependants] = []


def register_dependants(*, lock: Callable[[int], None], release: Callable[[int], None]) -> None:
    """Registering the same pair again changes nothing."""
    dependants = Dependants(lock=lock, release=release)
    if dependants not in _registered:
        _registered.append(dependants)


def lock_dependants(track_id: int) -> None:
    for dependants in _registered:
        dependants.lock(track_id)


def release_dependants(track_id: int) -> None:
    for dependants in _registered:
        dependants.release(track_id)
