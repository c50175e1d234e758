"""A server that is in a hurry, so that what is slow ends within a test."""

from collections.abc import Iterator

import pytest

from tests.conftest import PreparedData, Size
from tests.malformed.short_timeouts import ShortTimeoutServer
from tests.processes import TuttiServer


@pytest.fixture(scope="package")
def server(size: Size, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """Of these tests' own: whatever is in it may be changed or deleted."""
    with ShortTimeoutServer(**prepared_data.options(size)) as own:
        yield own


@pytest.fixture(scope="package")
def impatient_server(prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """Of the embedded size: what comes before the application is the same in both."""
    with ShortTimeoutServer(**prepared_data.options("embedded")) as own:
        yield own
