"""Runs of the pipeline: never two concurrently; killed anywhere they lose nothing; failures stay separate."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection

from apps.charts.models import Edition, EditionEntry, RawEdition
from apps.charts.monitoring import success_ratio
from apps.charts.pipeline import aggregate, extract, runner, transform
from apps.charts.pipeline.runner import AlreadyRunning, run_lock
from apps.charts.pipeline.stage_run import StageStats, leave_broken_connection
from apps.charts.pipeline_models import Stage, StageRun
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run

DAYS = ("2025-03-01", "2025-03-02")


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


def fill(folder: Folder) -> None:
    for day in DAYS:
        for service in ("spotify", "soundcloud"):
            folder.list(service, day, 1, 2, 3)


def published() -> int:
    return Edition.objects.filter(published_at__isnull=False).count()


@pytest.mark.parametrize(
    ("module", "function", "stage"),
    [
        *((runner, "_run_stage", stage) for stage in Stage),
        *((transform, "mark_charts_due", None), (transform, "list_for_review", None)),
        (aggregate, "_write", None),
    ],
)
def test_the_next_run_completes_a_killed_stage(
    run: Run,
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    function: str,
    stage: Stage | None,
):
    fill(folder)
    real = getattr(module, function)

    def dies(*arguments: Any) -> Any:
        if not stage or arguments[0] == stage:
            raise Killed
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(module, function, dies)
        with pytest.raises(Killed):
            run()
    begun = 0 if stage else 1
    assert StageRun.objects.filter(status=StageRun.Status.RUNNING).count() == begun

    run()

    assert published() == 2
    assert EditionEntry.objects.count() == 6
    assert StageRun.objects.filter(status=StageRun.Status.INTERRUPTED).count() == begun


@pytest.mark.parametrize(
    ("tally", "status", "ratio"),
    [
        (StageStats(), "succeeded", 1),
        (StageStats(rows_in=4, rows_out=3, rows_failed=1, failures=["one"]), "partly", 0.75),
        (StageStats(rows_in=4, rows_failed=4, failures=["all"]), "failed", 0),
        # One service of two: its tracks were counted by the other.
        (StageStats(rows_in=50, rows_out=50, rows_failed=50, failures=["videos"]), "partly", 0),
        # What failed before fails again, and is no news.
        (StageStats(rows_failed=50, failures=["videos"]), "partly", 0),
        (StageStats(rows_in=1, rows_out=1, rows_failed=50, failures=["videos"]), "partly", 0),
    ],
)
def test_the_status_of_a_stage_follows_from_its_failed_parts(tally: StageStats, status: str, ratio: float):
    record = StageRun(status=runner._status_of(tally), rows_in=tally.rows_in, rows_failed=tally.rows_failed)

    assert (record.status, success_ratio(record)) == (status, ratio)


@pytest.mark.parametrize(
    ("figures", "doubtful", "status"),
    [
        (10, 2, "succeeded"),
        (10, 3, "partly"),
        (100, 5, "succeeded"),
        (100, 6, "partly"),
        (100, 50, "partly"),
        (100, 51, "failed"),
        (3, 2, "succeeded"),
        (3, 3, "failed"),
    ],
)
@pytest.mark.parametrize("what", ["anomalies", "stale"])
def test_many_doubtful_counts_make_a_stage_partial_and_most_make_it_failed(
    what: str, figures: int, doubtful: int, status: str
):
    tally = StageStats(rows_in=figures, rows_out=figures, figures=figures)
    setattr(tally, what, doubtful)
    tally.report_figures()

    assert runner._status_of(tally) == status


@pytest.mark.parametrize(
    ("lines", "unreadable", "status"),
    [(20, 2, "succeeded"), (20, 3, "partly"), (100, 5, "succeeded"), (100, 6, "partly")],
)
def test_many_unreadable_lines_make_a_stage_partial(lines: int, unreadable: int, status: str):
    tally = StageStats(rows_in=1, rows_out=1)
    tally.leave_out(unreadable, of=lines, name="a list")

    assert (runner._status_of(tally), tally.unreadable) == (status, unreadable)


def test_a_failed_day_fails_all_its_lines_and_no_other_day(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    fill(folder)
    real = transform.list_for_review

    def at_first_away(*rest: Any) -> None:
        monkeypatch.setattr(transform, "list_for_review", real)
        raise OperationalError("away")

    monkeypatch.setattr(transform, "list_for_review", at_first_away)
    monkeypatch.setattr(connection, "close", lambda: None)

    transformed = run()[1]

    assert (transformed.status, transformed.row_counts) == ("partly", "12 in, 6 out, 6 failed")
    assert success_ratio(transformed) == 0.5
    assert len(transformed.failures) == 1
    assert published() == 1
    run()
    assert published() == 2


def test_a_list_that_cannot_be_stored_affects_no_other(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    fill(folder)
    real = extract._store_listing

    def rejected_at_first(edition: RawEdition, *rest: Any) -> None:
        if (str(edition.issued_on), edition.service) == (DAYS[0], "spotify"):
            raise DataError("out of range")
        real(edition, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(extract, "_store_listing", rejected_at_first)
        first = run()[0]

    assert (first.status, first.rows_in, first.rows_out, first.rows_failed) == ("partly", 4, 3, 1)
    assert f"spotify pop of {DAYS[0]}" in first.failures[0]
    assert RawEdition.objects.count() == 3
    run()
    assert RawEdition.objects.count() == 4
    assert published() == 2


@pytest.mark.django_db(transaction=True)
def test_a_run_may_start_immediately_after_another():
    for _ in range(20):
        with run_lock():
            pass


class AnotherWriter:
    """A process that takes SQLite's lock when the stage extract has stored its first list."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)

    def over(self, work: Iterable[Any], total: int, name: str) -> Iterator[Any]:
        del total
        for number, one in enumerate(work):
            if name == "extract" and number == 1:
                self.connection.execute("BEGIN IMMEDIATE")
            yield one


@pytest.mark.django_db(transaction=True)
def test_a_stage_that_loses_the_sqlite_lock_records_its_progress(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no lock of the whole database")
    fill(folder)
    writer, failures = AnotherWriter(), list[Exception]()
    leave = leave_broken_connection

    def let_go_at_the_second(error: Exception) -> None:
        """After the stage and the first attempt to write its record."""
        failures.append(error)
        if len(failures) == 2:
            writer.connection.rollback()
        leave(error)

    monkeypatch.setattr(runner, "leave_broken_connection", let_go_at_the_second)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    connection.close()

    with contextlib.closing(writer.connection):
        (record,) = run(stages=[Stage.EXTRACT], progress=writer)

    assert len(failures) == 2
    record.refresh_from_db()
    assert (record.status, record.row_counts) == ("partly", "4 in, 1 out, 1 failed")
    assert record.failures == ["database is locked"]
    assert RawEdition.objects.count() == 1
    connection.close()  # it has the short timeout


class LostHold:
    """A lock that another run takes over after `after` stages."""

    def __init__(self, after: int) -> None:
        self.stages_left = after

    def check(self) -> None:
        if not self.stages_left:
            raise AlreadyRunning("Another run goes on.")
        self.stages_left -= 1


def test_a_run_that_lost_its_lock_starts_no_further_stage(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    fill(folder)
    monkeypatch.setattr(runner, "run_lock", lambda: contextlib.nullcontext(LostHold(after=2)))

    with pytest.raises(AlreadyRunning):
        run()

    assert list(StageRun.objects.order_by("pk").values_list("stage", flat=True)) == ["extract", "transform"]


@pytest.mark.django_db(transaction=True)
def test_a_lock_lost_with_its_connection_is_taken_again_unless_another_run_has_it():
    if connection.vendor != "postgresql":
        pytest.skip("the kernel takes a lock of a file from no process")
    with run_lock() as hold:
        cut_off(hold)
        hold.check()
        with pytest.raises(AlreadyRunning), run_lock():
            pass
        cut_off(hold)
        with run_lock(), pytest.raises(AlreadyRunning):
            hold.check()


def cut_off(hold: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [hold._own.info.backend_pid])
