"""A batch of writes takes about 40 ms, whatever a row costs, so that no writer waits long for its locks."""

import pytest

from core import database
from core.database import MIN_ROWS, WRITE_SECONDS, BatchSize, within_write_time
from core.tests.clocks import FakeClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(database, "time", clock)
    return clock


def written(size: BatchSize, clock: FakeClock, seconds_each: float) -> float:
    """The duration of the next batch."""
    seconds = size.rows * seconds_each
    with size.timed():
        clock.advance(seconds)
    return seconds


@pytest.mark.parametrize("seconds_each", [0.0001, 0.0005, 0.001, 0.002])
def test_batch_sizes_adapt_to_the_target_time(clock: FakeClock, seconds_each: float):
    size = BatchSize(most=1000)
    taken = [written(size, clock, seconds_each) for _ in range(20)]
    assert max(taken) <= 2 * WRITE_SECONDS
    assert min(taken[-5:]) >= WRITE_SECONDS / 2


def test_slower_rows_make_the_next_batch_smaller(clock: FakeClock):
    size = BatchSize(most=500)
    for _ in range(10):
        written(size, clock, 0.0001)
    assert written(size, clock, 0.002) > WRITE_SECONDS
    assert written(size, clock, 0.002) <= WRITE_SECONDS


def test_batch_sizes_have_a_minimum_and_a_maximum(clock: FakeClock):
    size = BatchSize(most=MIN_ROWS + 1)
    for _ in range(5):
        written(size, clock, 0.0)
    assert size.rows == MIN_ROWS + 1
    written(size, clock, 60.0)
    assert size.rows == MIN_ROWS


def test_one_by_one_processes_at_least_one_row_within_the_time(clock: FakeClock):
    def done(seconds_each: float) -> int:
        number = 0
        for _ in within_write_time(range(100)):
            clock.advance(seconds_each)
            number += 1
        return number

    assert done(0.0) == 100
    assert done(WRITE_SECONDS / 4) == 4
    assert done(60.0) == 1
