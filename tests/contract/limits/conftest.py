"""Installations whose limits are those of a party, and rooms in them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.conftest import PreparedData, Size
from tests.contract.limits.scripts import Reply, Script
from tests.live.conftest import shared_with
from tests.processes import TuttiServer

# A busy machine must not make Redis appear unavailable: then each process counts alone.
PATIENCE = "?socket_timeout=20&socket_connect_timeout=20"
# A part of everything is counted sooner; what the whole is, tests/docs/test_documents.py knows.
TENTH, FIFTIETH = "0.1", "0.02"
# A line for each of thousands of writes takes time.
QUIET = {"LOG_LEVEL": "WARNING"}

NewScript = Callable[..., Script]
Doors = list[TuttiServer]


def _doors(prepared_data: PreparedData, size: Size, opened: ExitStack, **options: Any) -> Doors:
    """The processes of one installation: one, and in the server size two."""
    data = prepared_data.options(size)
    if size == "embedded":
        return [opened.enter_context(TuttiServer(**data, **options))]
    data["redis_url"] += PATIENCE
    one = opened.enter_context(TuttiServer(**data, **options))
    return [one, opened.enter_context(TuttiServer(**shared_with(one), **options))]  # type: ignore[arg-type]


@pytest.fixture(scope="package")
def doors(prepared_data: PreparedData, size: Size) -> Iterator[Doors]:
    """Without a proxy; with a tenth of each limit."""
    with ExitStack() as opened:
        yield _doors(prepared_data, size, opened, rate_limit_factor=TENTH, environment=QUIET)


@pytest.fixture(scope="package")
def proxied_doors(prepared_data: PreparedData, size: Size) -> Iterator[Doors]:
    """Behind one proxy, with a fiftieth of each limit."""
    settings = {**QUIET, "TRUSTED_PROXIES": "1"}
    with ExitStack() as opened:
        yield _doors(prepared_data, size, opened, rate_limit_factor=FIFTIETH, environment=settings)


@pytest.fixture(scope="package")
def addresses() -> Iterator[str]:
    """Addresses of this machine, each for one test alone."""
    return (f"127.9.{number // 250}.{1 + number % 250}" for number in range(60_000))


@pytest.fixture(scope="package")
def new_script(doors: Doors, addresses: Iterator[str]) -> Iterator[NewScript]:
    """Scripts that ask the installation without a proxy, each from an address of its own."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(Script(doors, next(addresses)))


@pytest.fixture
def script(new_script: NewScript) -> Script:
    return new_script()


@pytest.fixture
def proxy(proxied_doors: Doors) -> Iterator[Script]:
    """Asks the installation behind a proxy, as that proxy."""
    with Script(proxied_doors, "127.0.0.1") as proxy:
        yield proxy


class RoomOfScripts:
    """A room with one item to vote for, made by another guest."""

    def __init__(self, host: Script, **headers: str) -> None:
        guest = host.ask("POST", "/api/guests/", {"name": "Host"}, **headers)
        assert guest.status == 201, guest.body
        owner = {**headers, "X_Guest_Token": guest.body["token"]}
        made = host.ask("POST", "/api/rooms/", {"name": "A test's room"}, **owner)
        assert made.status == 201, made.body
        self.path = f"/api/rooms/{made.body['slug']}/playlist/"
        self.tracks = [track["id"] for track in host.ask("GET", "/api/tracks/", **headers).body]
        self._host, self._headers = host, headers

    def fill(self, count: int) -> list[int]:
        added = [
            self._host.ask("POST", self.path, {"track_id": track_id}, **self._headers)
            for track_id in self.tracks[:count]
        ]
        assert {reply.status for reply in added} == {201}
        return [reply.body["id"] for reply in added]

    def votes(self) -> list[int]:
        """Of each item, in the order in which they were added."""
        items = self._host.ask("GET", self.path, **self._headers).body
        return [item["votes"] for item in sorted(items, key=lambda item: int(item["id"]))]


def vote(script: Script, room: RoomOfScripts, item_id: int, **headers: str) -> Reply:
    return script.ask("POST", f"{room.path}{item_id}/vote/", {"value": 1}, **headers)


@pytest.fixture(scope="package")
def new_room(new_script: NewScript) -> Callable[[], RoomOfScripts]:
    """Rooms of the installation without a proxy, each made by another guest."""
    return lambda: RoomOfScripts(new_script())
