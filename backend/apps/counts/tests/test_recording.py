"""Counts are recorded in any order, with repeats and gaps."""

import random

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.counts.deltas import DailyCount, daily_differences
from apps.counts.models import HistoricalViewCount, Status, ViewCount
from apps.counts.services import CountReport, record_counts
from apps.counts.tests.conftest import ISRC, OTHER, day, noon, said
from apps.tracks.metadata import MetadataError

pytestmark = pytest.mark.django_db


def stored(isrc=ISRC, service="spotify"):
    rows = HistoricalViewCount.objects.filter(isrc=isrc, service=service).order_by("recorded_date")
    return [(row.recorded_date, row.status, row.view_count, row.delta_count, row.flag) for row in rows]


def current(isrc=ISRC, service="spotify"):
    return (
        ViewCount.objects.filter(isrc=isrc, service=service).values_list("view_count", "last_updated").first()
    )


def test_a_failed_count_is_never_zero_and_keeps_the_current_count():
    record_counts([said(0, None)])
    assert current() is None, "a failure alone"
    recorded = record_counts([said(0, 1000)])
    assert (recorded.added, recorded.changed) == (0, 1)
    record_counts([said(0, None, minute=9)])
    assert stored() == [(day(0), "ok", 1000, None, "")], "does not undo what was counted"
    record_counts([said(1, None)])
    record_counts([said(2, None, status=Status.MISSING)])
    assert stored()[1:] == [(day(1), "failed", None, None, ""), (day(2), "missing", None, None, "")]
    assert current() == (1000, noon(0))
    record_counts([said(3, 1300)])
    assert stored()[-1] == (day(3), "ok", 1300, 300, "")


def test_a_repeated_count_changes_nothing_and_a_late_day_only_later_differences():
    recorded = record_counts([said(0, 1000), said(3, 1300)])
    assert (recorded.added, recorded.changed) == (2, 0)
    before = stored()
    recorded = record_counts([said(3, 1300), said(0, 1000)])
    assert (recorded.added, recorded.changed, recorded.unchanged, recorded.keys) == (0, 0, 2, set())
    assert stored() == before
    record_counts([said(1, 1100)])
    assert [row[3] for row in stored()] == [None, 100, 200]
    assert current() == (1300, noon(3))


def test_a_later_count_of_the_same_day_replaces_the_earlier():
    record_counts([said(0, 1000), said(1, 1100)])
    record_counts([said(1, 1150, minute=5)])
    record_counts([said(1, 1120, minute=3)])
    assert stored()[1] == (day(1), "ok", 1150, 150, "")
    assert current() == (1150, noon(1, minute=5))


def test_tracks_and_services_are_separate_and_isrcs_are_normalised():
    record_counts([said(0, 10), said(0, 20, isrc=OTHER), said(0, 30, service="youtube")])
    record_counts([said(1, 15, isrc="qz-tut-25-00001"), said(1, 27, isrc=OTHER)])
    record_counts([said(1, 31, service="youtube")])
    assert [stored()[1][3], stored(OTHER)[1][3], stored(service="youtube")[1][3]] == [5, 7, 1]
    with pytest.raises(MetadataError):
        record_counts([said(0, 10, isrc="QZTUT25")])


@pytest.mark.parametrize(
    ("status", "count"), [(Status.OK, None), (Status.FAILED, 0), (Status.MISSING, 5), (Status.OK, -1)]
)
def test_a_count_has_a_value_if_and_only_if_its_status_is_counted(status, count):
    with pytest.raises(ValueError, match="count"):
        CountReport(ISRC, "spotify", day(0), noon(0), status, count)


@pytest.mark.parametrize(
    "values",
    [
        {"isrc": "QZTUT250000"},
        {"isrc": "QZTUT250000A"},
        {"isrc": "qztut2500001"},
        {"isrc": "QZTUT2500001\n"},
        {"view_count": -1},
        {"view_count": None},
        {"status": "failed"},
    ],
    ids=repr,
)
def test_the_database_rejects_inconsistent_counts(values):
    row = {"isrc": ISRC, "service": "spotify", "recorded_date": day(0), "view_count": 5, **values}
    with pytest.raises((IntegrityError, DataError)) as rejected, transaction.atomic():
        HistoricalViewCount.objects.create(**row)
    assert "constraint" in str(rejected.value).lower() or "too long" in str(rejected.value)


@pytest.mark.parametrize("values", [{"isrc": "nothing"}, {"view_count": -1}, {}], ids=repr)
def test_the_table_of_current_counts_has_constraints(values):
    ViewCount.objects.create(isrc=ISRC, service="spotify", view_count=1, last_updated=noon(0))
    row = {"isrc": OTHER if values else ISRC, "service": "spotify", "view_count": 2, "last_updated": noon(0)}
    with pytest.raises(IntegrityError), transaction.atomic():
        ViewCount.objects.create(**{**row, **values})


def test_tables_and_indexes_have_the_documented_names():
    with connection.cursor() as cursor:
        introspection = connection.introspection
        now = introspection.get_constraints(cursor, "view_counts")
        days = introspection.get_constraints(cursor, "historical_view_counts")
    indexed = [tuple(one["columns"]) for one in now.values() if one["index"]]
    assert {("service",), ("last_updated",), ("view_count",)} <= set(indexed)
    assert ["DESC"] in [
        one["orders"] for one in now.values() if one["columns"] == ["view_count"] and one["index"]
    ]
    of_days = [tuple(one["columns"]) for one in days.values() if one["index"]]
    assert {("recorded_date",), ("service", "recorded_date"), ("isrc",)} <= set(of_days)


REPORT = st.tuples(
    st.integers(0, 12),
    st.sampled_from([Status.OK, Status.OK, Status.OK, Status.FAILED, Status.MISSING]),
    st.sampled_from([0, 100, 9_000, 10_000, 10_000, 11_000, 12_000, 13_000, 90_000]),
    st.integers(0, 2),
)


def report_of(number, status, count, minute):
    return said(number, count if status == Status.OK else None, status=status, minute=minute)


class AnyOrder(TestCase):
    """An invariant: the stored rows follow from the set of reports alone."""

    @given(st.lists(REPORT, min_size=1, max_size=25), st.integers(0, 2**16), st.integers(1, 5))
    def test_order_repetition_and_batch_size_make_no_difference(self, reports, seed, lots):
        figures = [report_of(*report) for report in reports]
        shuffled = random.Random(seed)
        for isrc, order in ((ISRC, figures), (OTHER, figures + figures[: len(figures) // 2])):
            order = [CountReport(isrc, *_rest(figure)) for figure in order]
            if isrc == OTHER:
                shuffled.shuffle(order)
            step = 1 if isrc == ISRC else lots
            for at in range(0, len(order), step):
                record_counts(order[at : at + step])
        assert stored(ISRC) == stored(OTHER)
        assert current(ISRC) == current(OTHER)
        rows = stored(ISRC)
        expected = daily_differences([DailyCount(row[0], row[2]) for row in rows])
        assert [(one.delta, one.flag) for one in expected] == [(row[3], row[4]) for row in rows]


def _rest(figure):
    return figure.service, figure.recorded_on, figure.counted_at, figure.status, figure.view_count
