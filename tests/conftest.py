"""Fixtures that give tests real servers: PostgreSQL, Redis, and Tutti in both of its sizes.

`server` is shared by a whole run: a test works in a room of its own (`room`) and leaves the rest alone.
A test that needs other settings, its own library or a victim takes `start_server`.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import pytest

from tests.processes import PROJECT, TuttiServer, prepare
from tests.services import Postgres, Redis

Size = Literal["embedded", "server"]
StartServer = Callable[..., TuttiServer]
SERVICE_FIXTURES = {"postgres", "redis", "browser", "nginx", "ruler"}
LONG_FIXTURES = {"firefox"}


# --- Leaving out what was not asked for --------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    said = "leave out what needs PostgreSQL, Redis, a browser, nginx or a C compiler"
    parser.addoption("--no-services", action="store_true", help=said)
    parser.addoption("--long", action="store_true", help="longer random tests, and the page in Firefox")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        _deselect(config, items, [item for item in items if _fixtures(item) & LONG_FIXTURES])
    if config.getoption("--no-services"):
        left_out = [item for item in items if _needs_services(item)]
        _deselect(config, items, left_out)
        config.stash[LEFT_OUT] = len(left_out)
        if hasattr(config, "workeroutput"):  # this process is one of several
            config.workeroutput["left_out"] = len(left_out)


def _deselect(config: pytest.Config, items: list[pytest.Item], left_out: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


LEFT_OUT = pytest.StashKey[int]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each worker of pytest-xdist collects all tests, so that any of them knows the number."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.section("NOT TESTED: the server size, pages, proxy", sep="!", red=True, bold=True)
        terminalreporter.line(f"--no-services left out {count} tests that need other programs.")


def _needs_services(item: pytest.Item) -> bool:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return parameters.get("size") == "server" or bool(_fixtures(item) & SERVICE_FIXTURES)


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


# --- Services ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster for the run; `create_database` gives a new database in it."""
    with Postgres() as service:
        yield service


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """One Redis for the run; `new_url` gives a part of it that nobody else uses."""
    with Redis() as service:
        yield service


# --- Tutti -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", params=["embedded", "server"])
def size(request: pytest.FixtureRequest) -> Size:
    """A test that asks for this, or for a server, runs once in each size."""
    return request.param  # type: ignore[no-any-return]


class ReadyMadeData:
    """Databases that are prepared and seeded already, so that a new server starts in a second."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self._prepared_folder: Path | None = None
        self._prepared_database = ""

    def options(self, size: Size) -> dict[str, Any]:
        """What TuttiServer needs to run on data of its own, of this size."""
        if size == "embedded":
            return {"data_folder": self._copy_of_prepared_folder()}
        redis: Redis = self._request.getfixturevalue("redis")
        return {"database_url": self._copy_of_prepared_database(), "redis_url": redis.new_url()}

    def _copy_of_prepared_folder(self) -> Path:
        if not self._prepared_folder:
            template = TuttiServer(data_folder=self._folder / "prepared")
            prepare(template.environment)
            template.throw_away()
            self._prepared_folder = template.data_folder
        new = Path(tempfile.mkdtemp(prefix="data-", dir=self._folder))
        return shutil.copytree(self._prepared_folder, new, dirs_exist_ok=True)

    def _copy_of_prepared_database(self) -> str:
        postgres: Postgres = self._request.getfixturevalue("postgres")
        if not self._prepared_database:
            address = postgres.create_database()
            template = TuttiServer(database_url=address)
            prepare(template.environment)
            template.throw_away()
            self._prepared_database = urlsplit(address).path.removeprefix("/")
        return postgres.create_database(template=self._prepared_database)


@pytest.fixture(scope="session")
def ready_made_data(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ReadyMadeData:
    return ReadyMadeData(request, tmp_path_factory.mktemp("tutti"))


@pytest.fixture(scope="session")
def shared_servers() -> Iterator[dict[str, TuttiServer]]:
    servers: dict[str, TuttiServer] = {}
    yield servers
    for server in servers.values():
        server.throw_away()


@pytest.fixture(scope="session")
def server(size: Size, ready_made_data: ReadyMadeData, shared_servers: dict[str, TuttiServer]) -> TuttiServer:
    """The run's one server of this size."""
    if size not in shared_servers:
        shared_servers[size] = TuttiServer(**ready_made_data.options(size))
        shared_servers[size].start()
    return shared_servers[size]


@pytest.fixture
def start_server(size: Size, ready_made_data: ReadyMadeData) -> Iterator[StartServer]:
    """Starts servers of a test's own: `start_server(environment={"MAX_QUEUE_ITEMS": "3"})`.

    Two on the same data: `start_server(database_url=first.database_url, redis_url=first.redis_url)`.
    """
    with ExitStack() as running:

        def start(**options: Any) -> TuttiServer:
            on_given_data = options.keys() & {"database_url", "data_folder"}
            data = {} if on_given_data else ready_made_data.options(size)
            return running.enter_context(TuttiServer(**data, **options))

        yield start


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The page's folder, built as `start-daphne.sh` builds it; servers that start from here on give it."""
    command = [sys.executable, "-I", str(PROJECT / "scripts" / "page.py"), "--required", "--tools"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return PROJECT / "frontend" / "dist"


@pytest.fixture
def client(server: TuttiServer) -> Iterator[httpx.Client]:
    """An HTTP client of the shared server, without any cookie yet."""
    with server.client() as http:
        yield http


@pytest.fixture
def room(client: httpx.Client) -> str:
    """The slug of a new, empty room."""
    answer = client.post("/api/rooms/", json={"name": "A test's room"})
    assert answer.status_code == 201, answer.text
    slug: str = answer.json()["slug"]
    return slug
