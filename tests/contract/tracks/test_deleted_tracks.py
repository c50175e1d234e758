"""A library track that is deleted leaves every queue, each told in its room; history keeps its plays."""

import httpx

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


def test_every_room_that_shows_it_is_told(queue: Queue, voted_queue: Queue, library: Library):
    track = library.add("Gone")["id"]
    first, second = queue.add(track)["id"], voted_queue.add(track)["id"]
    (other,) = queue.fill(1)

    with Witness(queue) as witness, Witness(voted_queue) as elsewhere:
        library.delete(track)

    assert witness.types == elsewhere.types == ["track.removed"]
    assert witness.payloads == [{"id": first, "track_id": track}]
    assert elsewhere.payloads == [{"id": second, "track_id": track}]
    assert queue.ids() == [other]


def test_where_it_plays_it_stops_first(queue: Queue, library: Library):
    track = library.add("Gone")["id"]
    item = queue.add(track)["id"]
    queue.play(item)

    with Witness(queue) as witness:
        library.delete(track)

    assert witness.types == ["track.playing", "track.removed"]
    assert witness.payloads[0] == {"id": None, "is_playing": False, "stopped_id": item}
    assert queue.items() == []


def test_history_keeps_it_as_it_was(queue: Queue, library: Library):
    track = library.add("Gone", artist="Cem", duration_seconds=90)
    item = queue.add(track["id"], added_by="Ada")
    queue.play(item["id"])

    library.delete(track["id"])

    (play,) = queue.history()
    assert (play["id"], play["track"], play["added_by"]) == (item["id"], track, "Ada")


def test_history_keeps_plays_of_before(queue: Queue, library: Library):
    track = library.add("Gone")
    item = queue.add(track["id"])["id"]
    (other,) = queue.fill(1)
    queue.play(item)
    queue.play(other)
    queue.remove(item)

    library.delete(track["id"])

    assert [play["track"] for play in queue.history()] == [track]


def test_rooms_without_it_hear_nothing(queue: Queue, library: Library):
    track = library.add("Gone")["id"]
    queue.fill(1)

    with Witness(queue) as witness:
        library.delete(track)

    assert witness.types == []


def test_it_can_neither_be_added_nor_restored(queue: Queue, library: Library, client: httpx.Client):
    track = library.add("Gone")["id"]
    item = queue.add(track)["id"]

    library.delete(track)

    with Witness(queue) as witness:
        refused(queue.post(json={"track_id": track}), 404, "NOT_FOUND")
        refused(queue.post(f"{item}/restore/"), 404, "NOT_FOUND")
    assert witness.types == []
