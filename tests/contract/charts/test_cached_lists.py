"""Lists and charts are made once for each state of their tables: no client ever gets an older state."""

# ruff: noqa: S608 - every statement is made of words of this module

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import psycopg
import pytest

from tests.contract.charts.envelopes import get_data
from tests.contract.charts.graphql import answered
from tests.contract.conftest import client_of
from tests.processes import TuttiServer

pytestmark = pytest.mark.both_sizes
Write = Callable[[str], None]
CHART, LIST = "/api/charts/pop/", "/api/tracks/?limit=5"
OF_POP = "(SELECT id FROM charts_edition WHERE genre = 'pop')"
# What changes a chart, and what of it is another one then.
CHANGES = {
    "UPDATE charts_charttrack SET album = 'Changed'": lambda chart: {one["album"] for one in chart["tracks"]},
    "UPDATE charts_rawentry SET url = 'https://changed.example/'": lambda chart: {
        place["url"] for one in chart["tracks"] for place in one["services"].values()
    },
    f"UPDATE charts_editionsource SET status = 'stale' WHERE edition_id IN {OF_POP}": lambda chart: {
        one["status"] for one in chart["sources"]
    },
    "UPDATE charts_rawedition SET fetched_at = '2020-02-02 02:02:02'": lambda chart: {
        one["fetched_at"] for one in chart["sources"]
    },
    "UPDATE historical_view_counts SET view_count = view_count + 1": lambda chart: [
        one["plays"]["total"] for one in chart["tracks"]
    ],
    f"DELETE FROM charts_editionentry WHERE edition_id IN {OF_POP} AND rank > 1": lambda chart: len(
        chart["tracks"]
    ),
    "UPDATE charts_edition SET is_sample = NOT is_sample": lambda chart: chart["is_sample"],
}


def opened(server: TuttiServer) -> Any:
    """A connection as another program has it, in which each statement is a transaction."""
    if server.database_url:
        return psycopg.connect(server.database_url, autocommit=True)
    return sqlite3.connect(server.data_folder / "db.sqlite3", isolation_level=None, timeout=20)


@pytest.fixture
def other(chart_server: TuttiServer) -> Iterator[Any]:
    with closing(opened(chart_server)) as connection:
        yield connection


@pytest.fixture
def http(chart_server: TuttiServer) -> Iterator[httpx.Client]:
    with client_of(chart_server) as client:
        yield client


def first_title(http: httpx.Client) -> str:
    return str(http.get(LIST).json()[0]["title"])


def test_a_chart_shows_every_write_of_another_program(http: httpx.Client, other: Any):
    for statement, shown in CHANGES.items():
        before = shown(get_data(http, CHART))
        assert shown(get_data(http, CHART)) == before

        other.execute(statement)

        assert shown(get_data(http, CHART)) != before, statement


def test_graphql_shows_every_write_of_another_program(http: httpx.Client, other: Any):
    isrc = get_data(http, "/api/charts/dance/")["tracks"][0]["isrc"]
    query = f'{{ trackByIsrc(isrc: "{isrc}") {{ spotifyUrl similarTracks {{ isrc }} }} }}'
    for statement in (
        "UPDATE charts_servicetrack SET url = 'https://changed.example/'",
        "DELETE FROM charts_trackfeatures",
    ):
        before = answered(http, query)
        assert answered(http, query) == before
        assert "errors" not in before

        other.execute(statement)

        assert answered(http, query) != before, statement


def test_uncommitted_writes_are_not_visible_and_committed_ones_are(http: httpx.Client, other: Any):
    before = first_title(http)
    other.execute("BEGIN")
    other.execute("UPDATE tracks_track SET title = 'Under way'")
    assert first_title(http) == before

    other.execute("ROLLBACK")
    assert first_title(http) == before
    other.execute("BEGIN")
    other.execute("UPDATE tracks_track SET title = 'Committed'")
    assert first_title(http) == before
    other.execute("COMMIT")

    assert first_title(http) == "Committed"


def test_writes_committed_in_another_order_are_visible(
    http: httpx.Client, chart_server: TuttiServer, other: Any
):
    """On SQLite, which has one writer at a time, the second one begins when the first has ended."""
    numbers = [row["id"] for row in http.get(LIST).json()[:2]]
    with closing(opened(chart_server)) as second:
        begin_change(other, numbers[0])
        if chart_server.database_url:
            begin_change(second, numbers[1])
            commits = [(second, [False, True]), (other, [True, True])]
        else:
            other.execute("COMMIT")
            begin_change(second, numbers[1])
            commits = [(second, [True, True])]
        assert late(http) == [not chart_server.database_url, False]
        for connection, shown in commits:
            connection.execute("COMMIT")
            assert late(http) == shown


def begin_change(connection: Any, number: int) -> None:
    connection.execute("BEGIN")
    connection.execute(f"UPDATE tracks_track SET album = 'Late' WHERE id = {number}")


def late(http: httpx.Client) -> list[bool]:
    return [row["album"] == "Late" for row in http.get(LIST).json()[:2]]


def test_each_of_many_writes_is_visible(http: httpx.Client, other: Any):
    for number in range(250):
        other.execute(f"UPDATE tracks_track SET title = 'Number {number}'")
        if number % 50 == 0 or number > 195:
            assert first_title(http) == f"Number {number}"
    rows = other.execute("SELECT count(*) FROM core_tablewrite WHERE name = 'tracks'").fetchone()[0]
    assert rows <= 210


def test_responses_have_the_requested_url(chart_server: TuttiServer):
    """Links are absolute, and the server has several names."""
    links = set()
    for host in ("localhost", "127.0.0.1"):
        with client_of(chart_server, headers={"Host": f"{host}:{chart_server.port}"}) as http:
            links |= {http.get(LIST).headers["Link"], http.get(LIST).headers["Link"]}
    assert len(links) == 2
