"""The queue's headers: which moment of the stream an answer shows, and whether it has changed."""

import pytest

from tests.contract.queues import Queue


def test_the_answer_names_its_moment(queue: Queue):
    before = queue.state()
    queue.fill(3)

    after = queue.state()

    assert after.epoch == before.epoch
    assert after.seq == before.seq + 3


@pytest.mark.parametrize("form", ["{etag}", "W/{etag}", '"another", {etag}'])
def test_what_has_not_changed_is_a_304(queue: Queue, form: str):
    queue.fill(2)
    first = queue.get()

    answer = queue.http.get(queue.path, headers={"If-None-Match": form.format(etag=first.headers["ETag"])})

    assert (answer.status_code, answer.content) == (304, b"")
    for name in ("ETag", "X-Stream-Epoch", "X-Stream-Seq"):
        assert answer.headers[name] == first.headers[name]


def test_after_every_change_it_is_given_again(queue: Queue):
    a, b = queue.fill(2)
    writes = [
        lambda: queue.vote(a, 1),
        lambda: queue.place(b, before=a),
        lambda: queue.play(a),
        queue.stop,
        lambda: queue.remove(a),
    ]

    for write in writes:
        seen = queue.get().headers["ETag"]
        write()
        answer = queue.http.get(queue.path, headers={"If-None-Match": seen})
        assert answer.status_code == 200
        assert answer.headers["ETag"] != seen
        assert answer.json() == queue.items()


def test_the_mark_of_another_room_does_not_count(queue: Queue, voted_queue: Queue):
    mark = voted_queue.get().headers["ETag"]

    answer = queue.http.get(queue.path, headers={"If-None-Match": mark})

    assert (answer.status_code, answer.json()) == (200, [])
