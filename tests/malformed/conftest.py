"""A server that is in a hurry, so that what is slow ends within a test."""

from collections.abc import Iterator

import pytest

from tests.conftest import PreparedData, Size
from tests.malformed.hasty import HastyServer
from tests.processes import TuttiServer


@pytest.fixture(scope="package")
def server(size: Size, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """Of these tests' own: whatever is in it may be changed or deleted."""
    with HastyServer(**prepared_data.options(size)) as own:
        yield own


@pytest.fixture(scope="package")
def hasty_server(prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """Of the embedded size: what comes before the application is the same in both."""
    with HastyServer(**prepared_data.options("embedded")) as own:
        yield own
