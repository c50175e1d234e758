"""A server that is measured at all paces: where one is cut off, the next begins with a new start."""

from contextlib import nullcontext
from itertools import pairwise
from typing import Any

import pytest

from bench.fanout import cells
from bench.fanout.cells import Plan, measure_cell

PLAN = Plan(fixed_seconds=1, window_seconds=1, longest_seconds=1)
PACES = list(PLAN.paces())


class NoRuler(nullcontext[Any]):
    """Opens no sockets."""

    def target(self, *_: Any, **__: Any) -> None: ...

    def open(self, _: int) -> None: ...

    def phase(self, *_: Any, **__: Any) -> None: ...

    def __enter__(self) -> "NoRuler":
        return self


class Nobody(nullcontext[Any]):
    """A server without a process."""

    name, path, greeting = "nobody", "/", ""
    ports: tuple[int, ...] = ()

    def pids(self) -> list[int]:
        return []

    def __enter__(self) -> "Nobody":
        return self


@pytest.mark.parametrize(
    ("cut", "starts"), [((), 1), (PACES[:1], 2), (PACES[1:2], 2), (PACES[:2], 3), (PACES, 3)]
)
def test_every_pace_is_measured_once(
    cut: tuple[str, ...], starts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    def start() -> Any:
        started.append(Nobody())
        return started[-1]

    def measure(_: Any, __: Any, pace: str, *___: Any) -> dict[str, Any]:
        return {"pace": pace, "cut": pace in cut, "start": len(started)}

    monkeypatch.setattr(cells, "Ruler", NoRuler)
    monkeypatch.setattr(cells, "start_feed", lambda *_: None)
    monkeypatch.setattr(cells, "idle_share", lambda _: 0.0)
    monkeypatch.setattr(cells, "measure_phase", measure)
    found = measure_cell(start, 100, PLAN)
    assert [one["pace"] for one in found] == PACES
    assert len(started) == starts
    for before, after in pairwise(found):
        assert after["start"] == before["start"] + before["cut"]
