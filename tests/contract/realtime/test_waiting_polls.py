"""`wait` holds a poll's answer until there is something."""

from contextlib import ExitStack

from tests.contract.polls import Poll
from tests.contract.queues import Queue
from tests.fold import folded
from tests.processes import TuttiServer

# Far below the wait, far above what an answer takes.
SOON_SECONDS = 10


def path(queue: Queue, wait: float, since: int | None = None, epoch: str = "") -> str:
    state = queue.state()
    since = state.seq if since is None else since
    return f"{queue.path}events/?epoch={epoch or state.epoch}&since={since}&wait={wait}"


def test_a_write_is_the_answer(queue: Queue, server: TuttiServer):
    (a,) = queue.fill(1)
    old = queue.state()
    with Poll(server, path(queue, wait=25)) as poll:
        queue.play(a)

        answer = poll.answer()

    assert answer.status == 200
    assert [event["type"] for event in answer.body["events"]] == ["track.playing"]
    assert (answer.body["seq"], answer.body["top"], answer.body["snapshot"]) == (2, 2, None)
    assert folded(old, answer.body["events"]) == queue.state()
    assert answer.seconds < SOON_SECONDS
    assert answer.headers["x-request-id"]


def test_everybody_who_waits_is_answered(queue: Queue, server: TuttiServer):
    with ExitStack() as opened:
        polls = [opened.enter_context(Poll(server, path(queue, wait=25))) for _ in range(5)]

        queue.fill(1)

        answers = [poll.answer() for poll in polls]
    assert [answer.body for answer in answers] == [answers[0].body] * 5
    assert [event["seq"] for event in answers[0].body["events"]] == [1]
    assert max(answer.seconds for answer in answers) < SOON_SECONDS


def test_when_nothing_happens_the_answer_is_empty_after_that_time(queue: Queue, server: TuttiServer):
    queue.fill(2)
    state = queue.state()

    with Poll(server, path(queue, wait=0.4)) as poll:
        answer = poll.answer()

    assert answer.status == 200
    assert answer.body == {"epoch": state.epoch, "seq": 2, "top": 2, "events": [], "snapshot": None}
    assert 0.35 <= answer.seconds < SOON_SECONDS


def test_what_is_there_already_does_not_wait(queue: Queue, server: TuttiServer):
    queue.fill(2)

    with Poll(server, path(queue, wait=25, since=0)) as poll:
        answer = poll.answer()

    assert [event["seq"] for event in answer.body["events"]] == [1, 2]
    assert answer.seconds < SOON_SECONDS


def test_a_snapshot_never_waits(queue: Queue, server: TuttiServer):
    queue.fill(1)
    addresses = [
        f"{queue.path}events/?wait=25",
        path(queue, wait=25, epoch="another"),
        path(queue, wait=25, since=50),
    ]

    for address in addresses:
        with Poll(server, address) as poll:
            answer = poll.answer()
        assert answer.body["snapshot"]["items"] == queue.items()
        assert answer.seconds < SOON_SECONDS


def test_what_happens_elsewhere_is_no_answer(queue: Queue, voted_queue: Queue, server: TuttiServer):
    with Poll(server, path(queue, wait=0.4)) as poll:
        voted_queue.fill(1)

        answer = poll.answer()

    assert answer.body["events"] == []
    assert answer.seconds >= 0.35


def test_one_after_the_other_they_tell_everything(queue: Queue, server: TuttiServer):
    old = queue.state()
    epoch, since = old.position
    events = []
    (a, b), steps = queue.fill(2), 6

    for number in range(steps):
        with Poll(server, path(queue, wait=25, since=since, epoch=epoch)) as poll:
            queue.place(a, **{"after" if number % 2 == 0 else "before": b})
            answer = poll.answer()
        events += answer.body["events"]
        since = answer.body["seq"]
    rest = queue.get("events/", epoch=epoch, since=since).json()

    assert folded(old, [*events, *rest["events"]]) == queue.state()
    assert [event["seq"] for event in [*events, *rest["events"]]] == list(range(1, 3 + steps))
