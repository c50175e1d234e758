"""Many threads use a new type concurrently, again and again. A program: a crash would end the tests."""

import sys
import threading

import msgspec

from apps.charts.parsers.base import converted

TYPES, THREADS = 100, 8
sys.setswitchinterval(1e-6)


def use_at_once() -> None:
    item = msgspec.defstruct("Item", [("number", int, 0)])
    part = msgspec.defstruct("Part", [("items", list[item]), ("name", str | None, None)])  # type: ignore[valid-type]
    kind = msgspec.defstruct("Kind", [("parts", list[part])])  # type: ignore[valid-type]
    all_there = threading.Barrier(THREADS)

    def use() -> None:
        all_there.wait()
        converted({"parts": [{"items": [{"number": 1}]}]}, kind)

    threads = [threading.Thread(target=use) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


for _ in range(TYPES):
    use_at_once()
