"""Responses by GraphQL are stored for one state of charts and counts, together with the responses of REST."""

import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from django.db import connection

from apps.charts.models import ChartTrack
from apps.charts.selectors.charts import stored_charts
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run
from apps.counts import cache as count_cache
from apps.counts.services import record_counts
from apps.counts.tests.conftest import ISRC, said
from apps.tunemeld import execution, lists
from apps.tunemeld.execution import Context, GraphqlOperation, encoded_response
from core.identity import Caller

CHART = '{ playlist(genre: "pop", service: "tunemeld") { tracks { isrc } } }'
COUNTS = f'{{ trackPlayCount(isrc: "{ISRC}") {{ totalCurrentPlayCount }} }}'
REFRESH = 'mutation { refreshViewCounts(isrc: "ZZTUT0000000") { isrc } }'
FIRST, SECOND = "2025-03-01", "2025-03-02"


def ask(query: str) -> bytes:
    return encoded_response(
        GraphqlOperation(query, {}, None), Context(Caller(key="test", address="127.0.0.1"), "")
    )


def ask_and_leave(query: str) -> bytes:
    """In a thread of its own, which has a connection of its own."""
    try:
        return ask(query)
    finally:
        connection.close()


def length(body: bytes) -> int:
    return len(msgspec.json.decode(body)["data"]["playlist"]["tracks"])


def publish(run: Run, folder: Folder, day: str, *numbers: int) -> None:
    for service in ("spotify", "soundcloud"):
        folder.list(service, day, *numbers)
    run()


@pytest.mark.django_db(transaction=True)
def test_a_repeated_query_takes_one_statement_until_there_is_a_new_chart(
    run: Run, folder: Folder, django_assert_num_queries
):
    publish(run, folder, FIRST, 1, 2, 3)
    first = ask(CHART)
    with django_assert_num_queries(1):
        assert ask(CHART) == first
    assert length(first) == 3

    publish(run, folder, SECOND, 1, 2, 3, 4)

    assert length(ask(CHART)) == 4


@pytest.mark.django_db(transaction=True)
def test_counts_that_another_process_changed_are_read_immediately(monkeypatch: pytest.MonkeyPatch):
    """Also while this process does not look for what others dropped."""
    ChartTrack.objects.create(isrc=ISRC, name="Title", artist="Ada")
    record_counts([said(0, 10)])
    assert b'"totalCurrentPlayCount":10' in ask(COUNTS)

    monkeypatch.setattr(count_cache, "POLL_SECONDS", float("inf"))
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(count_cache, "apply", lambda rows: None)
        record_counts([said(1, 15)])

    assert b'"totalCurrentPlayCount":15' in ask(COUNTS)


@pytest.mark.django_db(transaction=True)
def test_mutations_and_errors_are_not_cached(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    real = execution.execute

    def noted(requested: GraphqlOperation, context: Context):
        asked.append(requested.query)
        return real(requested, context)

    monkeypatch.setattr(execution, "execute", noted)

    for query in (REFRESH, REFRESH, "{ nothing }", "{ nothing }", "{ defaultGenre }", "{ defaultGenre }"):
        ask(query)

    assert asked == [REFRESH, REFRESH, "{ nothing }", "{ nothing }", "{ defaultGenre }"]


@pytest.mark.django_db
def test_the_message_of_an_internal_error_is_only_in_the_log(monkeypatch: pytest.MonkeyPatch, caplog):
    def broken(*_: object):
        raise RuntimeError("no such table: secrets")

    monkeypatch.setattr(lists, "playlist", broken)

    body = msgspec.json.decode(ask(CHART))

    assert body["data"] == {"playlist": None}
    assert [error["extensions"] for error in body["errors"]] == [{"code": "INTERNAL_ERROR"}]
    assert body["errors"][0]["path"] == ["playlist"]
    assert "secrets" not in str(body)
    assert "no such table: secrets" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_concurrent_equal_queries_are_executed_once(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    publish(run, folder, FIRST, 1, 2, 3)
    asked, begun, go_on = [], threading.Event(), threading.Event()
    real = execution.execute

    def slow(*arguments):
        asked.append(1)
        begun.set()
        assert go_on.wait(10)
        return real(*arguments)

    monkeypatch.setattr(execution, "execute", slow)
    joined = threading.Semaphore(0)
    join = stored_charts._flights.join

    def counted(names):
        found = join(names)
        joined.release()
        return found

    monkeypatch.setattr(stored_charts._flights, "join", counted)
    with ThreadPoolExecutor(5) as pool:
        pending = [pool.submit(ask_and_leave, CHART) for _ in range(5)]
        for _ in range(5):
            assert joined.acquire(timeout=10)
        go_on.set()
        assert {length(one.result(10)) for one in pending} == {3}
    assert len(asked) == 1
