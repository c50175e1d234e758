"""Runs an action concurrently in many threads, each with its own database connection."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

R = TypeVar("R")


def run_concurrently(number: int, action: Callable[[int], R]) -> list[R]:
    """The results, by number. Raises the exception of the first failed thread."""
    together = threading.Barrier(number)
    results: dict[int, R] = {}
    failures: list[BaseException] = []

    def run(index: int) -> None:
        together.wait()
        try:
            results[index] = action(index)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [results[index] for index in range(number)]
