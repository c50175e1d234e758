"""A track is queued once in a room."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.contract.conftest import NewClient, new_room
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


def test_a_second_time_is_a_409_that_names_the_first(queue: Queue):
    first = queue.add(queue.tracks[0])

    with Witness(queue) as witness:
        details = refused(queue.post(json={"track_id": queue.tracks[0]}), 409, "DUPLICATE_TRACK")

    assert details == {"track_id": queue.tracks[0], "item_id": first["id"]}
    assert witness.types == []


def test_every_room_may_have_it(queue: Queue, client: httpx.Client):
    elsewhere = Queue(client, new_room(client), queue.tracks)
    queue.add(queue.tracks[0])

    with Witness(elsewhere) as witness, Witness(queue) as here:
        elsewhere.add(queue.tracks[0])

    assert witness.types == ["track.added"]
    assert here.types == []


def test_once_it_has_gone_it_can_be_added_again_as_another_item(queue: Queue):
    first = queue.add(queue.tracks[0])
    queue.remove(first["id"])

    with Witness(queue) as witness:
        second = queue.add(queue.tracks[0])

    assert second["id"] != first["id"]
    assert witness.types == ["track.added"]


def test_of_several_at_once_one_gets_in(queue: Queue, new_client: NewClient):
    callers = [queue.as_seen_by(new_client()) for _ in range(6)]

    with Witness(queue) as witness, ThreadPoolExecutor(len(callers)) as pool:
        answers = list(pool.map(lambda caller: caller.post(json={"track_id": queue.tracks[0]}), callers))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    (item,) = queue.items()
    for answer in answers:
        if answer.status_code == 409:
            assert refused(answer, 409, "DUPLICATE_TRACK")["item_id"] == item["id"]
    assert witness.types == ["track.added"]
