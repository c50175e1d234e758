"""Room for the frames of Python functions, so that no call is slow only because of how deep it is made."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# A little more than half of 256 KiB. So the frame gets a chunk of that size, with the rest for what is called
# from there, some 400 frames; and within another such function's rest there is no place for it.
FRAME_WORDS = 16_500


def roomy(function: Callable[P, R]) -> Callable[P, R]:
    """Makes whatever the function calls, however deep, lie in one piece of memory. To be put at a way in.

    CPython, from 3.11 on, keeps frames in chunks of 16 KiB, and gives a chunk back to the system as soon as
    the last frame in it ends. Where a loop calls across the end of a chunk, each call has a page mapped and
    unmapped: an empty function is called 200 times slower, and some answers took two and a half times as
    long, by how many middlewares there happened to be. Who needs a large frame gets a large chunk.
    """
    function.__code__ = function.__code__.replace(co_stacksize=FRAME_WORDS)
    return function
