"""Whatever is sent, the server answers as /api/schema.json says, and never with a 500.

schemathesis makes requests from the document: such as fit it, and such as do not.
"""

import re
from collections import Counter
from collections.abc import Iterator
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

from tests.conftest import ReadyMadeData, Size
from tests.contract.conftest import client_of, new_room
from tests.contract.queues import Queue
from tests.contract.staff import log_in, make_staff
from tests.processes import TuttiServer

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
# Of each operation. What is wrong takes longer to make up, and comes first: it deletes nothing. The other
# size gets half of them, but with --long.
EXAMPLES = {GenerationMode.NEGATIVE: 3, GenerationMode.POSITIVE: 5}
ITEMS = 3
# What the sample charts begin with.
SAMPLE_ISRC = "ZZTUT2500001"
# A server-sent stream does not end; it has tests of its own.
ENDLESS = "stream"
# These end the login that all others are asked with; tests/contract/users has them.
FAREWELLS = ("users_me_erase", "auth_session_end", "auth_logout_end")
# The token of somebody who is there is not guessed; a wrong one would make a 401 of everything.
IDENTITY = ("X-Guest-Token", "Authorization", "Cookie")
LONGEST_WAIT_SECONDS = 0.02

# What is odd to one database is none to another.
# A busy machine takes long for thousands of requests.
pytestmark = [pytest.mark.both_sizes, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def fuzzed_server(size: Size, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    """One of its own: whatever is in it may be deleted."""
    with TuttiServer(**ready_made_data.options(size)) as started:
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
    """Things that exist, made anew for each operation, since it may delete them."""

    def __init__(self, staff: httpx.Client, path: str) -> None:
        self._room = new_room(staff) if "{slug}" in path else "main"
        self._tracks = [track["id"] for track in staff.get("/api/tracks/").json()]
        queue = Queue(staff, self._room, self._tracks)
        queue.fill(max(0, ITEMS - len(queue.ids())))
        self._items = queue.ids()
        self._own_id = staff.get("/api/users/me/").json()["id"]
        self._new_track = staff.post("/api/tracks/", json={"title": "Ada's song", "artist": "Bo"}).json()[
            "id"
        ]
        self._recommendation, self._job = 0, ""
        if "{recommendation_id}" in path:
            recommended = staff.get("/api/recommendations/me/").json()["recommendations"]
            self._recommendation = recommended[0]["id"]
        if "{job_id}" in path:
            self._job = staff.post("/api/recommendations/me/refresh/").json()["job_id"]

    @property
    def path_parameters(self) -> dict[str, Any]:
        return {
            "slug": self._room,
            "item_id": self._items[0],
            "track_id": self._new_track,
            "user_id": self._own_id,
            "recommendation_id": self._recommendation,
            "job_id": self._job,
            **{"genre": "pop", "service": "spotify", "isrc": SAMPLE_ISRC, "operation": "GetPlaylist"},
        }

    def fit(self, case: Any) -> None:
        """Numbers that were made up become those of things that exist; waiting becomes short."""
        if isinstance(case.body, dict):
            for field, ids in {"track_id": self._tracks, "after": self._items, "before": self._items}.items():
                if type(number := case.body.get(field)) is int:
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
    known = {name: world.path_parameters[name] for name in PARAMETER.findall(operation.path)}
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
        answer = case.call(session=session)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS if answer.content else CHECKS_WITHOUT_BODY)

    send()


def takes_nothing(operation: Any) -> bool:
    """Then nothing that is sent can be wrong."""
    raw = operation.definition.raw
    return not raw.get("parameters") and not PARAMETER.findall(operation.path)


def test_every_answer_is_as_the_document_says(
    fuzzed_server: TuttiServer,
    grace: httpx.Client,
    session: requests.Session,
    size: Size,
    request: pytest.FixtureRequest,
) -> None:
    part = 1 if size == "embedded" or request.config.getoption("--long") else 2
    failures = []
    seen: dict[GenerationMode, Counter[int]] = {mode: Counter() for mode in EXAMPLES}
    for operation in operations_of(fuzzed_server):
        world = World(grace, operation.path)
        for mode, examples in EXAMPLES.items():
            if mode is GenerationMode.NEGATIVE and takes_nothing(operation):
                continue
            try:
                send_many(operation, mode, world, session, seen[mode], examples=examples // part)
            except (Exception, BaseExceptionGroup) as failure:
                failures.append(f"{operation.label}, {mode.value}: {failure}")

    assert not failures, "\n\n".join(failures)
    for mode, statuses in EXPECTED.items():
        assert seen[mode].keys() >= statuses, (mode, seen)
