"""What another process changes reaches open browsers within a second on an idle server.

What the admin changes is told by the server itself: tests/invariants/test_every_event_in_the_admin.py.
"""

from collections.abc import Iterator

import pytest

from tests.conftest import ReadyMadeData
from tests.live.laws import check_laws
from tests.live.listeners import KINDS, all_open, all_reached, replica_of
from tests.live.rooms import manage, new_room, queued, shell
from tests.live.writers import Ledger
from tests.processes import TuttiServer

WITHIN_SECONDS = 1.0
# A command takes its time to start; what counts is measured from its commit.
PATIENCE_SECONDS = 10.0
NUMBER = 6
# Like a person in the shell: one edit after the other, with pauses.
EDITS = """
import time
from apps.playlist.models import PlaylistTrack
item = PlaylistTrack.objects.get(pk={item_id})
result = []
for number in range({number}):
    item.added_by = f"Ada {{number}}"
    item.save()
    result.append(time.time())
    time.sleep(0.33)
"""


# With Redis: test_publish_delay, and what is heard tests/invariants/test_every_event_by_fold.py.
@pytest.fixture(params=["embedded", "server without Redis"])
def idle_server(request: pytest.FixtureRequest, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    if request.param == "embedded":
        yield request.getfixturevalue("servers")["fast"]
    else:
        with TuttiServer(**ready_made_data.options("server") | {"redis_url": ""}) as server:
            yield server


async def test_edits_in_the_shell_are_heard(idle_server: TuttiServer):
    room = new_room(idle_server)
    item_id = queued(idle_server, room)
    start = await replica_of(idle_server.base_url, room)

    async with all_open(kind(idle_server.base_url, room, start.copy()) for kind in KINDS) as listeners:
        committed_at = await shell(idle_server, EDITS.format(item_id=item_id, number=NUMBER))
        await all_reached(listeners, start.seq + NUMBER, PATIENCE_SECONDS)

        for listener in listeners:
            arrivals = [listener.arrived_at[start.seq + 1 + index] for index in range(NUMBER)]
            delays = [arrival - commit for arrival, commit in zip(arrivals, committed_at, strict=True)]
            late = [delay for delay in delays if delay >= WITHIN_SECONDS]
            assert len(late) <= 1, f"{listener}: {delays}"  # one may have met a busy moment of the machine
        await check_laws(idle_server.base_url, room, Ledger(), listeners)


@pytest.mark.parametrize("idle_server", ["embedded"], indirect=True)
async def test_management_command_is_heard(idle_server: TuttiServer):
    with idle_server.client() as http:
        for item in http.get("/api/playlist/").json():
            http.delete(f"/api/playlist/{item['id']}/").raise_for_status()
    start = await replica_of(idle_server.base_url, "main")

    async with all_open(kind(idle_server.base_url, "main", start.copy()) for kind in KINDS) as listeners:
        await manage(idle_server, "seed_playlist")
        now = await replica_of(idle_server.base_url, "main")
        assert now.seq > start.seq

        await all_reached(listeners, now.seq, WITHIN_SECONDS)
        assert all(listener.replica.items == now.items for listener in listeners)
