"""The transport in memory wakes its consumer: a real worker of Celery, which polls nothing."""

import threading

import pytest
from celery import Celery

from apps.jobs import transport

LONG_SECONDS = 60.0
PATIENCE_SECONDS = 30.0


@pytest.fixture
def broker(monkeypatch):
    monkeypatch.setattr(transport, "LOOK_UP_SECONDS", LONG_SECONDS)
    app = Celery("test", fixups=set(), set_as_current=False)
    app.conf.update(broker_url="memory://", broker_transport="apps.jobs.transport:Transport")
    with app.connection() as connection:
        yield connection


def test_a_message_wakes_who_waits_for_it(broker):
    queue = broker.SimpleQueue("wakes")
    thread = threading.Thread(target=lambda: queue.get(timeout=LONG_SECONDS).ack())
    thread.start()
    with broker.clone() as other:
        other.SimpleQueue("wakes").put({"word": 1})
    thread.join(PATIENCE_SECONDS)

    assert not thread.is_alive()
    queue.close()


def test_what_was_sent_before_is_not_waited_for(broker):
    queue = broker.SimpleQueue("before")
    queue.put({"word": 1})
    queue.put({"word": 2})

    assert [queue.get(timeout=PATIENCE_SECONDS).payload["word"] for _ in range(2)] == [1, 2]
    queue.close()


def test_who_waits_in_vain_looks_up_after_a_while(broker, monkeypatch):
    monkeypatch.setattr(transport, "LOOK_UP_SECONDS", 0.01)
    broker.connect()
    with pytest.raises(TimeoutError):
        broker.drain_events(timeout=2.0)
