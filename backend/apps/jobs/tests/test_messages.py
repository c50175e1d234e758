"""Words to workers: sent from a thread of their own, and not worth a failure."""

import threading

from apps.jobs.messages import Messenger, tell_workers, tell_workers_by

PATIENCE_SECONDS = 10


class Post:
    """Takes words, the first of them only when it is let."""

    def __init__(self) -> None:
        self.sent: list[float] = []
        self.arrived = threading.Semaphore(0)
        self.may_go = threading.Event()

    def __call__(self, after_seconds: float) -> None:
        assert self.may_go.wait(PATIENCE_SECONDS)
        self.sent.append(after_seconds)
        self.arrived.release()

    def wait(self, number: int) -> None:
        for _ in range(number):
            assert self.arrived.acquire(timeout=PATIENCE_SECONDS)


def test_whoever_tells_does_not_wait_and_many_words_go_as_one():
    post = Post()
    messenger = Messenger(post)
    for _ in range(1000):
        messenger.tell(0.0)
    messenger.tell(7.0)
    post.may_go.set()
    post.wait(2)

    assert post.sent[-1] == 7.0 or post.sent[-2:] == [7.0, 0.0]
    assert len(post.sent) <= 4


def test_a_broker_that_is_away_is_no_failure():
    arrived = threading.Event()
    failures = [ConnectionError("the broker is away")]

    def send(_seconds: float) -> None:
        if failures:
            raise failures.pop()
        arrived.set()

    messenger = Messenger(send)
    messenger.tell(0.0)
    messenger.tell(1.0)

    assert arrived.wait(PATIENCE_SECONDS)


def test_a_process_that_knows_no_way_sends_nothing():
    post = Post()
    post.may_go.set()
    for messenger in (Messenger(post), None):
        tell_workers_by(messenger)
        tell_workers(after_seconds=3.0)
    post.wait(1)

    assert post.sent == [3.0]
