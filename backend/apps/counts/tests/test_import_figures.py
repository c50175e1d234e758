"""The figures in a document, whichever shape it has; what is wrong is said of each by itself."""

from datetime import UTC, datetime

import pytest

from apps.counts.importing.mongo_export import InvalidCount, counts_of_document
from apps.counts.tests.conftest import ISRC

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = {"$date": "2026-03-01T02:00:00Z"}
AT = {"isrc": ISRC, "service": "spotify"}
NOW_FIVE = {"view_count": 5, "timestamp": DAY}
GOOD = {**AT, "view_count": 5, "recorded_date": DAY}


def read(document):
    found: list[str | tuple[str, str, str, int | None, int | None]] = []
    for one in counts_of_document(document, now=NOW):
        if isinstance(one, InvalidCount):
            found.append(str(one))
        else:
            report = one.report
            found.append((report.isrc, report.service, str(report.recorded_on), report.view_count, one.delta))
    return found


@pytest.mark.parametrize(
    "document",
    [
        {"isrc": ISRC, "service": "Spotify", "view_count": 5, "recorded_date": DAY},
        {"isrc": "qz-tut-25-00001", "service_name": "spotify", "count": 5, "date": "2026-03-01"},
        {**AT, "views": {"$numberLong": "5"}, "timestamp": DAY},
        {**AT, "views": {"$numberDouble": "5"}, "timestamp": DAY},
        {**AT, "views": 5.0, "timestamp": {"$date": {"$numberLong": "1772330400000"}}},
        {**AT, "views": "5", "timestamp": datetime(2026, 3, 1, 2)},
        {"isrc": ISRC, "view_counts": {"Spotify": [{"current_timestamp": "2026-03-01T02:00", "count": 5}]}},
        {"isrc": ISRC, "spotify_view": {"historical_view": [{"total_view_count": 5, "timestamp": DAY}]}},
        {"isrc": ISRC, "spotify_view": {"current_view": NOW_FIVE}, "youtube_view": None},
    ],
    ids=repr,
)
def test_every_known_shape_of_counts_is_read(document):
    assert read(document) == [(ISRC, "spotify", "2026-03-01", 5, None)]


def test_a_track_with_several_services_and_days():
    document = {
        "isrc": ISRC,
        "spotify_view": {
            "start_view": {"view_count": 1, "timestamp": DAY},
            "historical_view": [
                {"total_view_count": 10, "delta_view_count": 9, "timestamp": "2026-03-02T02:00:00Z"},
                {"total_view_count": -1, "timestamp": "2026-03-03T02:00:00Z"},
            ],
            "current_view": {"view_count": 30, "timestamp": "2026-03-04T02:00:00Z"},
        },
        "apple_music_view": {"current_view": {"view_count": 7, "timestamp": DAY}},
    }
    assert read(document) == [
        (ISRC, "spotify", "2026-03-02", 10, 9),
        f"{ISRC}: the count -1 is negative or too large",
        (ISRC, "spotify", "2026-03-04", 30, None),
        (ISRC, "apple_music", "2026-03-01", 7, None),
    ]


def test_a_missing_value_is_a_missing_count_and_never_zero():
    (one,) = counts_of_document({**GOOD, "view_count": None}, now=NOW)
    assert not isinstance(one, InvalidCount)
    assert (one.report.status, one.report.view_count) == ("missing", None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"isrc": None}, "has no ISRC"),
        ({"isrc": "X"}, "'X' is not an ISRC"),
        ({"service": "Gramophone"}, f"{ISRC}: 'Gramophone' is no service whose counts are stored"),
        ({"view_count": -5}, f"{ISRC}: the count -5 is negative or too large"),
        ({"view_count": 2**63}, f"{ISRC}: the count 9223372036854775808 is negative or too large"),
        ({"view_count": 5.5}, f"{ISRC}: the count 5.5 is no whole number"),
        ({"view_count": float("nan")}, f"{ISRC}: the count nan is no whole number"),
        ({"view_count": True}, f"{ISRC}: the count True is no number"),
        ({"view_count": "many"}, f"{ISRC}: the count 'many' is no number"),
        ({"view_count": {"a": 1}}, f"{ISRC}: the count {{'a': 1}} is no number"),
        ({"recorded_date": "soon"}, f"{ISRC}: 'soon' is no date"),
        ({"recorded_date": None}, f"{ISRC}: None is no date"),
        ({"recorded_date": True}, f"{ISRC}: True is no date"),
        ({"recorded_date": {"$date": 10**30}}, f"{ISRC}: {10**30} is no date"),
        ({"recorded_date": "2026-05-01"}, f"{ISRC}: 2026-05-01 is no day on which this was counted"),
        ({"recorded_date": "2026-04-02"}, f"{ISRC}: 2026-04-02 is no day on which this was counted"),
        ({"recorded_date": "1970-01-01"}, f"{ISRC}: 1970-01-01 is no day on which this was counted"),
        ({"service": None, "view_count": None}, "has no view counts"),
    ],
    ids=repr,
)
def test_invalid_counts_are_reported_with_a_reason(change, reason):
    assert read({**GOOD, **change}) == [reason]
