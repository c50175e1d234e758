"""Whatever is sent, the server answers as /api/schema.json says, and never with a 500.

schemathesis makes requests from the document: such as fit it, and such as do not.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from traceback import format_exception
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.audio_files import picture, write_audio
from tests.conftest import PreparedData, Size
from tests.contract.conftest import client_of, new_room
from tests.contract.queues import Queue
from tests.contract.staff import log_in, make_staff
from tests.processes import TuttiServer
from tests.services import wait_for

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
# What is reached at the least; else these tests would prove little.
EXPECTED = {GenerationMode.POSITIVE: {200, 201, 202, 204, 404}, GenerationMode.NEGATIVE: {400, 404}}
PARAMETER = re.compile(r"{(\w+)}")
CHECKS_WITHOUT_BODY = [check for check in CHECKS if check is not content_type_conformance]
# Of each operation, and of one that only reads. What is wrong takes longer to make up, and comes first: it
# deletes nothing. The other size gets half of them, but with --long.
EXAMPLES = {GenerationMode.NEGATIVE: (3, 3), GenerationMode.POSITIVE: (5, 3)}
ITEMS = 3
AUDIO_TITLE = "Zither recording"
# What the sample charts begin with.
SAMPLE_ISRC = "ZZTUT2500001"
# A server-sent stream does not end; it has tests of its own.
ENDLESS = "stream"
# These end the login that all others are asked with; tests/contract/users has them.
FAREWELLS = ("users_me_erase", "auth_session_end", "auth_logout_end")
# The token of a present guest is not guessed; a wrong one would make a 401 of everything.
IDENTITY = ("X-Guest-Token", "Authorization", "Cookie")
LONGEST_WAIT_SECONDS = 0.02

# What is odd to one database is none to another.
# A busy machine takes long for thousands of requests.
pytestmark = [pytest.mark.both_sizes, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def fuzzed_server(
    size: Size, prepared_data: PreparedData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TuttiServer]:
    """One of its own: whatever is in it may be deleted."""
    music = tmp_path_factory.mktemp("music")
    write_audio(music / "song.wav", cover=picture(), title=AUDIO_TITLE, artist="Ada")
    with TuttiServer(**prepared_data.options(size), environment={"MUSIC_DIRS": str(music)}) as started:
        make_staff(started, "grace")
        yield started


@pytest.fixture
def grace(fuzzed_server: TuttiServer) -> Iterator[httpx.Client]:
    """Staff: nothing is out of reach."""
    with client_of(fuzzed_server) as http:
        log_in(http, "grace")
        yield http


@pytest.fixture
def session(grace: httpx.Client) -> Iterator[requests.Session]:
    """The same person, as schemathesis sends requests."""
    with requests.Session() as session:
        session.trust_env = False
        session.cookies.update(dict(grace.cookies))
        yield session


class World:
    """Existing things, made again for each operation that names them, since it may delete them."""

    genre, service, isrc, operation = "pop", "spotify", SAMPLE_ISRC, "GetPlaylist"
    size = 300

    def __init__(self, staff: httpx.Client, path: str) -> None:
        self._staff = staff
        self.slug = new_room(staff) if "{slug}" in path else "main"
        self.path_parameters = {name: getattr(self, name) for name in PARAMETER.findall(path)}
        if "playlist" in path or "{slug}" in path:
            assert self.items, "an empty queue would prove little"

    @cached_property
    def tracks(self) -> list[int]:
        return [track["id"] for track in self._staff.get("/api/tracks/").json()]

    @cached_property
    def items(self) -> list[int]:
        queue = Queue(self._staff, self.slug, self.tracks)
        ids = queue.ids()
        return ids if len(ids) >= ITEMS else ids + queue.fill(ITEMS - len(ids))

    @property
    def item_id(self) -> int:
        return self.items[0]

    @property
    def track_id(self) -> int:
        song = {"title": "Ada's song", "artist": "Bo"}
        return int(self._staff.post("/api/tracks/", json=song).json()["id"])

    @cached_property
    def audio_track(self) -> dict[str, Any]:
        """Of the one file, once it has been scanned."""
        search = {"search": AUDIO_TITLE}
        found = wait_for(lambda: self._staff.get("/api/tracks/", params=search).json())
        track: dict[str, Any] = found[0]
        return track

    @property
    def key(self) -> str:
        return str(self.audio_track["cover_url"]).split("/")[3]

    @property
    def signature(self) -> str:
        room = f"/api/rooms/{new_room(self._staff)}/"
        item = self._staff.post(f"{room}playlist/", json={"track_id": self.audio_track["id"]}).json()
        audio = self._staff.get(f"{room}items/{item['id']}/audio/").json()
        return str(audio["url"]).rpartition("/")[2]

    @property
    def wish_id(self) -> int:
        path = f"/api/rooms/{self.slug}/playlist/wishes/"
        # A person may have five: others may have been made by what was tried before.
        wishes = self._staff.get(path).json()
        wish = wishes[0] if wishes else self._staff.post(path, json={"text": "No library has it"}).json()
        return int(wish["id"])

    @property
    def user_id(self) -> int:
        return int(self._staff.get("/api/users/me/").json()["id"])

    @property
    def recommendation_id(self) -> int:
        return int(self._staff.get("/api/recommendations/me/").json()["recommendations"][0]["id"])

    @property
    def job_id(self) -> str:
        return str(self._staff.post("/api/recommendations/me/refresh/").json()["job_id"])

    def fit(self, case: Any) -> None:
        """Numbers that were made up become those of things that exist; waiting becomes short."""
        if isinstance(case.body, dict):
            for field, kind in {"track_id": "tracks", "after": "items", "before": "items"}.items():
                if type(number := case.body.get(field)) is int:
                    ids = getattr(self, kind)
                    case.body[field] = ids[number % len(ids)]
        query = case.query or {}
        if isinstance(wait := query.get("wait"), (int, float)):
            query["wait"] = min(wait, LONGEST_WAIT_SECONDS)
        for name in IDENTITY:
            (case.headers or {}).pop(name, None)


def operations_of(server: TuttiServer) -> list[Any]:
    with server.client() as http:
        document = schemathesis.openapi.from_dict(http.get("/api/schema.json").json())
    document.config.update(base_url=server.base_url)
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) > 40
    return [
        one for one in operations if not one.definition.raw["operationId"].endswith((ENDLESS, *FAREWELLS))
    ]


def send_many(
    operation: Any,
    mode: GenerationMode,
    world: World,
    session: requests.Session,
    seen: Counter[int],
    *,
    examples: int,
) -> None:
    known = world.path_parameters
    made_up = operation.as_strategy(generation_mode=mode)
    cases = made_up | operation.as_strategy(generation_mode=mode, path_parameters=known) if known else made_up

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case: Any) -> None:
        world.fit(case)
        response = case.call(session=session)
        seen[response.status_code] += 1
        case.validate_response(response, checks=CHECKS if response.content else CHECKS_WITHOUT_BODY)

    send()


def takes_nothing(operation: Any) -> bool:
    """Then nothing that is sent can be wrong."""
    raw = operation.definition.raw
    return not raw.get("parameters") and not PARAMETER.findall(operation.path)


def test_every_response_is_valid_by_the_schema(
    fuzzed_server: TuttiServer,
    grace: httpx.Client,
    session: requests.Session,
    size: Size,
    request: pytest.FixtureRequest,
) -> None:
    is_long = request.config.getoption("--long")
    part = 1 if size == "embedded" or is_long else 2
    failures = []
    seen: dict[GenerationMode, Counter[int]] = {mode: Counter() for mode in EXAMPLES}
    for operation in operations_of(fuzzed_server):
        world = World(grace, operation.path)
        for mode, (most, of_reading) in EXAMPLES.items():
            examples = of_reading if operation.method == "get" and not is_long else most
            if mode is GenerationMode.NEGATIVE and takes_nothing(operation):
                continue
            try:
                send_many(operation, mode, world, session, seen[mode], examples=examples // part)
            except (Exception, BaseExceptionGroup) as failure:
                reported = "".join(format_exception(failure, limit=0))  # with the parts of a group
                failures.append(f"{operation.label}, {mode.value}: {reported}")

    assert not failures, "\n\n".join(failures)
    for mode, statuses in EXPECTED.items():
        assert seen[mode].keys() >= statuses, (mode, seen)
