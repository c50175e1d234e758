"""A server, a library and people for the tests of the invariants."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.conftest import PreparedData, Size
from tests.contract.people import PASSWORD
from tests.contract.staff import log_in
from tests.invariants.admin_site import AdminSite
from tests.invariants.event_recorder import EventRecorder
from tests.invariants.other_process import OtherProcess
from tests.invariants.rooms import Guest, RoomClient, new_guest, new_room
from tests.processes import TuttiServer

NewTracks = Callable[[int], list[int]]
FIND_ROOM = "from apps.rooms.models import Room; result = Room.objects.get(slug='{slug}').pk"

MAKE_TRACKS = """
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
first = Track.objects.count()
made = [Track.described_by(TrackMetadata(f"Tune {first + n}", "Ada", "", None, "")) for n in range(count)]
Track.objects.bulk_create_without_events(made)
result = list(Track.objects.order_by("-pk").values_list("pk", flat=True)[:count])[::-1]
"""
MAKE_SUPERUSER = f"""
from django.contrib.auth import get_user_model
get_user_model().objects.create_superuser("ada", password="{PASSWORD}")
"""


@pytest.fixture(scope="package")
def server(size: Size, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """A server of these tests' own: they add to the library, and wait for heartbeats."""
    options = prepared_data.options(size)
    with TuttiServer(**options, environment={"HEARTBEAT_SECONDS": "0.5"}) as own:
        yield own


@pytest.fixture(autouse=True)
def _end_of_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """With a test that fails, the last lines that its server wrote are shown."""
    server: TuttiServer | None = (
        request.getfixturevalue("server") if "server" in request.fixturenames else None
    )
    yield
    if server is not None:
        print(server.log[-4000:])


@pytest.fixture(scope="package")
def other_process(server: TuttiServer) -> Iterator[OtherProcess]:
    with OtherProcess(server.environment) as process:
        yield process


@pytest.fixture(scope="package")
def new_tracks(other_process: OtherProcess) -> NewTracks:
    """Adds so many tracks to the library that no other test touches; gives their ids."""

    def make(count: int) -> list[int]:
        ids: list[int] = other_process.run(f"count = {count}\n{MAKE_TRACKS}")
        return ids

    return make


@pytest.fixture(scope="package")
def library(new_tracks: NewTracks) -> list[int]:
    """Tracks that no test changes."""
    return new_tracks(260)


@pytest.fixture(scope="package")
def admin(server: TuttiServer, other_process: OtherProcess) -> Iterator[AdminSite]:
    other_process.run(MAKE_SUPERUSER)
    with server.client() as http:
        log_in(http, "ada")
        yield AdminSite(http)


@pytest.fixture(scope="package")
def guests(server: TuttiServer) -> list[Guest]:
    return [new_guest(server, f"Guest {number}") for number in range(16)]


@pytest.fixture
def http(server: TuttiServer, guests: list[Guest]) -> Iterator[httpx.Client]:
    """A client of the first guest."""
    with guests[0].client(server) as client:
        yield client


@pytest.fixture
def own_room(http: httpx.Client, guests: list[Guest]) -> RoomClient:
    """A new, empty room in manual order, of the first guest."""
    return new_room(http, voter=guests[0].name)


@pytest.fixture
def votes_room(http: httpx.Client, guests: list[Guest]) -> RoomClient:
    """The same, ordered by votes."""
    return new_room(http, order="votes", voter=guests[0].name)


@pytest.fixture
def clients_of_guests(server: TuttiServer, guests: list[Guest]) -> Iterator[list[httpx.Client]]:
    """One client for each of three guests."""
    with ExitStack() as stack:
        yield [stack.enter_context(guest.client(server)) for guest in guests[:3]]


@pytest.fixture
def seed() -> int:
    """What this test's random choices start from; pytest-randomly's seed at the top of the run repeats it."""
    chosen = random.getrandbits(32)
    print(f"seed {chosen}")
    return chosen


@pytest.fixture
def event_recorder(server: TuttiServer) -> EventRecorder:
    return EventRecorder(server)


@pytest.fixture
def items(own_room: RoomClient, library: list[int]) -> list[int]:
    """Ids of four items in the manual room; the first plays, the second has a vote."""
    ids = own_room.add_all(library[:4])
    own_room.play(ids[0])
    own_room.vote(ids[1], value=1)
    return ids


@pytest.fixture
def ranked(votes_room: RoomClient, library: list[int]) -> list[int]:
    """Ids of four items in the room ordered by votes; the first plays, the second has a vote."""
    ids = votes_room.add_all(library[:4])
    votes_room.play(ids[0])
    votes_room.vote(ids[1], value=1)
    return ids


@pytest.fixture
def pk_of(other_process: OtherProcess) -> Callable[[RoomClient], int]:
    """Under which number the admin knows a room."""
    return lambda room: other_process.run(FIND_ROOM.format(slug=room.slug))
