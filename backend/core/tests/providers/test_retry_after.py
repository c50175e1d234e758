"""What `Retry-After` may say, and what of it makes sense."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.retry_after import MAX_SECONDS, seconds_asked_for

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("9" * 5000, MAX_SECONDS),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        (formatdate(NOW + 90).replace("-0000", "+0000"), 90.0),
        # Without saying where: in UTC.
        (formatdate(NOW + 90), 90.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_SECONDS),
    ],
)
def test_seconds_and_dates(header: str, seconds: float) -> None:
    assert seconds_asked_for(header, now=NOW) == seconds


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "1e3", "٣", "²", "32 Jan 2026", "NaN"])
def test_nonsense_says_nothing(header: str | None) -> None:
    assert seconds_asked_for(header, now=NOW) is None


@given(st.text(max_size=60))
def test_whatever_is_said_is_within_bounds_or_nothing(header: str) -> None:
    seconds = seconds_asked_for(header, now=NOW)
    assert seconds is None or 0 <= seconds <= MAX_SECONDS
