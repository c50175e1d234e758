"""The caller's own votes, apart from what everybody shares."""

import httpx

from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.processes import TuttiServer


def test_they_are_listed_by_item(queue: Queue, ada: httpx.Client):
    a, b, c, _ = queue.fill(4)
    as_ada = queue.as_seen_by(ada)
    as_ada.vote(a, 1)
    as_ada.vote(b, -1)
    as_ada.vote(c, 1)
    as_ada.vote(c, 0)

    answer = as_ada.get("my-votes/")

    assert answer.json() == {str(a): 1, str(b): -1}
    assert "private" in answer.headers["Cache-Control"]


def test_they_name_their_moment(queue: Queue, ada: httpx.Client, bo: httpx.Client):
    a, b = queue.fill(2)
    as_ada = queue.as_seen_by(ada)
    for voter, item in ((ada, a), (bo, a), (ada, b)):
        queue.as_seen_by(voter).vote(item, 1)
        answer = as_ada.get("my-votes/")
        named = answer.headers["X-Stream-Epoch"], int(answer.headers["X-Stream-Seq"])
        assert named == queue.state().position


def test_everybody_sees_only_their_own(queue: Queue, ada: httpx.Client, bo: httpx.Client):
    a, b = queue.fill(2)
    queue.as_seen_by(ada).vote(a, 1)
    queue.as_seen_by(bo).vote(b, -1)

    assert queue.as_seen_by(ada).my_votes() == {str(a): 1}
    assert queue.as_seen_by(bo).my_votes() == {str(b): -1}
    assert queue.my_votes() == {}


def test_they_are_those_of_this_room(queue: Queue, voted_queue: Queue, ada: httpx.Client):
    (a,), (b,) = queue.fill(1), voted_queue.fill(1)
    queue.as_seen_by(ada).vote(a, 1)
    voted_queue.as_seen_by(ada).vote(b, -1)

    assert queue.as_seen_by(ada).my_votes() == {str(a): 1}
    assert voted_queue.as_seen_by(ada).my_votes() == {str(b): -1}


def test_those_of_a_removed_item_are_not_listed(queue: Queue, ada: httpx.Client):
    (a,) = queue.fill(1)
    as_ada = queue.as_seen_by(ada)
    as_ada.vote(a, 1)

    queue.remove(a)

    assert as_ada.my_votes() == {}


def test_what_everybody_shares_never_carries_them(queue: Queue, ada: httpx.Client, server: TuttiServer):
    (a,) = queue.fill(1)
    as_ada = queue.as_seen_by(ada)
    with Socket.of_room(server.ws_url, queue.room) as socket:
        assert as_ada.vote(a, 1)["my_vote"] == 1
        as_ada.play(a)
        told = socket.events_up_to(queue.state().seq)
        snapshot = socket.ask({"type": "snapshot"}, "playlist.snapshot")
    as_ada.stop()

    shared = [
        *(event["payload"] for event in told),
        *snapshot["payload"]["items"],
        *as_ada.items(),
        as_ada.item(a),
        *as_ada.history(),
        *as_ada.get("events/").json()["snapshot"]["items"],
    ]
    assert len(shared) == 7
    assert [item for item in shared if "my_vote" in item] == []
