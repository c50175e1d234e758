"""Where time comes from, and how some of it is let pass: from the machine, or from a test."""

import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Times:
    """`clock` counts seconds from anywhere, `wall_clock` from 1970, as other machines do."""

    clock: Clock = time.monotonic
    wall_clock: Clock = time.time
    wait: Callable[[float], None] = time.sleep


OWN_TIMES = Times()
