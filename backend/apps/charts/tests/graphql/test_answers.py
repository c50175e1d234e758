"""What is remembered of answers by GraphQL: never longer than it is true."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import msgspec
import pytest
from django.db import connection

from apps.charts.graphql import answers as remembering
from apps.charts.graphql import running
from apps.charts.graphql.answers import KEPT_SECONDS, Answers, answered
from apps.charts.graphql.running import Context, Question
from apps.charts.models import EditionEntry
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run
from apps.charts.view_counts.remembering import drop_views
from core.identity import Caller
from core.tests.clocks import FakeClock

CHART = '{ playlist(genre: "pop", service: "tunemeld") { tracks { isrc } } }'
REFRESH = 'mutation { refreshViewCounts(isrc: "ZZTUT0000000") { isrc } }'
MOMENT = ("e", 1, 0, date(2025, 3, 1), False)
FIRST, SECOND = "2025-03-01", "2025-03-02"


@pytest.fixture(autouse=True)
def tidy():
    remembering.answers.clear()
    yield
    remembering.answers.clear()


def ask(query: str) -> bytes:
    return answered(Question(query, {}, None), Context(Caller(key="test", address="127.0.0.1"), ""))


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


@pytest.mark.django_db
def test_the_same_question_costs_one_look_at_where_things_stand_until_there_is_a_new_chart(
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
def test_counts_that_changed_are_read_anew(run: Run, folder: Folder):
    publish(run, folder, FIRST, 1, 2, 3)
    ask(CHART)
    EditionEntry.objects.filter(rank=3).delete()  # as a sign that it is read
    assert length(ask(CHART)) == 3

    drop_views([("ZZTUT0000000", "spotify")])

    assert length(ask(CHART)) == 2


@pytest.mark.django_db
def test_what_does_something_or_fails_is_not_remembered(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    real = running.answer

    def noted(question: Question, context: Context):
        asked.append(question.query)
        return real(question, context)

    monkeypatch.setattr(running, "answer", noted)

    for query in (REFRESH, REFRESH, "{ nothing }", "{ nothing }", "{ defaultGenre }", "{ defaultGenre }"):
        ask(query)

    assert asked == [REFRESH, REFRESH, "{ nothing }", "{ nothing }", "{ defaultGenre }"]


@pytest.mark.django_db(transaction=True)
def test_a_flood_is_answered_once(run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch):
    publish(run, folder, FIRST, 1, 2, 3)
    asked, begun, go_on = [], threading.Event(), threading.Event()
    real = running.answer

    def slow(*told):
        asked.append(1)
        begun.set()
        assert go_on.wait(10)
        return real(*told)

    monkeypatch.setattr(running, "answer", slow)
    joined = threading.Semaphore(0)
    join = remembering._flights.join

    def counted(names):
        found = join(names)
        joined.release()
        return found

    monkeypatch.setattr(remembering._flights, "join", counted)
    with ThreadPoolExecutor(5) as pool:
        told = [pool.submit(ask_and_leave, CHART) for _ in range(5)]
        for _ in range(5):
            assert joined.acquire(timeout=10)
        go_on.set()
        assert {length(one.result(10)) for one in told} == {3}
    assert len(asked) == 1


def test_no_more_is_kept_than_there_is_room_for_and_nothing_for_long():
    clock = FakeClock()
    kept = Answers(max_bytes=10, clock=clock)
    for name in (b"a", b"b", b"c"):
        kept.put((MOMENT, name), b"1234")
    kept.put((MOMENT, b"d"), b"12345678901")
    clock.advance(KEPT_SECONDS)
    assert [kept.get((MOMENT, name)) for name in (b"a", b"b", b"c", b"d")] == [None, b"1234", b"1234", None]

    clock.advance(1)

    assert kept.get((MOMENT, b"b")) is None
