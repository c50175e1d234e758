"""No answer holds more than 1,000 rows."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.conftest import client_of
from tests.contract.staff import fill_library
from tests.processes import TuttiServer

ROWS = 1035


@pytest.fixture(scope="module")
def crowd(strict_server: TuttiServer) -> Iterator[httpx.Client]:
    """Somebody at a server with a large library."""
    fill_library(strict_server, ROWS)
    with client_of(strict_server) as http:
        yield http


def test_a_longer_list_is_cut_and_says_where_it_goes_on(crowd: httpx.Client):
    answer = crowd.get("/api/tracks/")

    assert len(answer.json()) == 1000
    assert answer.headers["X-Total-Count"] == str(ROWS)
    rest = crowd.get(answer.links["next"]["url"])
    assert httpx.URL(answer.links["next"]["url"]).params["offset"] == "1000"
    assert len(rest.json()) == ROWS - 1000
    assert "next" not in rest.links
    assert len({track["id"] for track in [*answer.json(), *rest.json()]}) == ROWS


def test_a_page_has_a_thousand_too(crowd: httpx.Client):
    first = crowd.get("/api/tracks/?page=1").json()
    second = crowd.get(first["next"]).json()

    assert (first["count"], len(first["results"]), first["previous"]) == (ROWS, 1000, None)
    assert (second["count"], len(second["results"]), second["next"]) == (ROWS, ROWS - 1000, None)
