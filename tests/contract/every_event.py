"""Writes that cause every type of event. Whoever adds a type adds a write here."""

import httpx

from tests.contract.queues import Queue


def cause_every_event(queue: Queue, staff: httpx.Client) -> None:
    """In a room without a playing item. `staff` may write to the library, and change any room."""
    answer = staff.post("/api/tracks/", json={"title": "Ada's song", "artist": "Bo"})
    track = answer.json()
    first, second, third = queue.fill(3)
    corrected = queue.add(track["id"])["id"]
    queue.vote(first, 1)
    queue.vote(second, -1)
    queue.place(corrected, before=first)
    queue.play(second)
    queue.play(first)
    queue.remove(third)
    queue.restore(third)
    queue.stop()
    staff.patch(f"/api/tracks/{track['id']}/", json={"title": "Ada's other song"})
    queue.play(second)
    queue.remove(second)
    queue.place(first, position=1e15)
    queue.fill(1)  # there is no number after the last: all are told anew
    staff.delete(f"/api/tracks/{track['id']}/")
    for name in ("Cellar", "Kitchen"):  # one of them is new, also when all of this is done once more
        staff.patch(f"/api/rooms/{queue.room}/", json={"name": name})
