"""Fixtures that give tests real servers: PostgreSQL, Redis, and Tutti in both of its sizes.

`server` is shared by a whole run: a test works in a room of its own (`room`) and leaves the rest alone.
A test that needs other settings, its own library or a victim takes `start_server`.
"""

import fcntl
import functools
import logging
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import pytest

from tests.hosts import asked_for_room
from tests.processes import PROJECT, TuttiServer, prepare
from tests.services import Postgres, Redis, Service, dump_database, load_database

# Each client of httpx would load the certificates of all authorities again: longer than most requests take.
ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]
# A line for each of thousands of requests would only hide what failed.
logging.getLogger("httpx").setLevel(logging.WARNING)

Size = Literal["embedded", "server"]
StartServer = Callable[..., TuttiServer]
SERVICE_FIXTURES = {"postgres", "redis", "browser", "nginx", "ruler", "new_mpd", "jack"}
LONG_FIXTURES = {"firefox"}
CONTRACT = PROJECT / "tests" / "contract"
LOUD = re.compile(r" (WARNING|ERROR|CRITICAL) ")
# Of PostgreSQL and Redis; clients cause the ERROR lines of PostgreSQL.
LOUD_SERVICE = re.compile(r" (LOG|WARNING|FATAL|PANIC): | # ")
LINES_SHOWN = 20


# --- Leaving out what was not asked for --------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    said = "leave out what needs PostgreSQL, Redis, a browser, nginx, MPD or a C compiler"
    parser.addoption("--no-services", action="store_true", help=said)
    parser.addoption("--long", action="store_true", help="longer random tests, and the page in Firefox")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties.append(("size", _size_of(item) or "-"))
    # Files come in random order. Those of a folder stay together, for they share servers and browsers.
    folders = list(dict.fromkeys(_folder_of(item) for item in items))
    sizes = list(dict.fromkeys(_size_of(item) for item in items))
    items.sort(key=lambda item: (folders.index(_folder_of(item)), sizes.index(_size_of(item))))
    if not config.getoption("--long"):
        _deselect(config, items, [item for item in items if _is_long(item)])
    if config.getoption("--no-services"):
        left_out = [item for item in items if _needs_services(item)]
        _deselect(config, items, left_out)
        config.stash[LEFT_OUT] = len(left_out)
        if hasattr(config, "workeroutput"):  # this process is one of several
            config.workeroutput["left_out"] = len(left_out)


def _is_long(item: pytest.Item) -> bool:
    """Whether only `--long` runs the item: a marked test, Firefox, or a contract that no size can change.

    The contract tests run on the embedded size. What PostgreSQL, Redis or a second process could change is
    marked `both_sizes`.
    """
    is_contract = item.path.is_relative_to(CONTRACT) and not item.get_closest_marker("both_sizes")
    is_repeated = is_contract and _size_of(item) == "server"
    return bool(is_repeated or item.get_closest_marker("long") or _fixtures(item) & LONG_FIXTURES)


def _deselect(config: pytest.Config, items: list[pytest.Item], left_out: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


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
    return _size_of(item) == "server" or bool(_fixtures(item) & SERVICE_FIXTURES)


def _folder_of(item: pytest.Item) -> str:
    return item.path.relative_to(PROJECT).parts[1]


def _size_of(item: pytest.Item) -> str:
    """Empty where the item asks for no server of a size; pages have a parameter of that name, too."""
    size = item.callspec.params.get("size") if hasattr(item, "callspec") else None
    return size if size in ("embedded", "server") else ""


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Adds to a failure what servers, PostgreSQL and Redis of this worker logged: they know the cause."""
    report = yield
    if report.failed:
        given = getattr(item, "funcargs", {})
        servers = {name: one.log for name, one in given.items() if isinstance(one, TuttiServer)}
        services = {f"{one.name} {one.port}": one.log for one in Service.running}
        for loud, logs in ((LOUD, servers), (LOUD_SERVICE, services)):
            for name, log in logs.items():
                lines = [line for line in log.splitlines() if loud.search(line)]
                report.sections.append((f"log of {name}", "\n".join(lines[-LINES_SHOWN:])))
    return report


# --- Services ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster for the run; `create_database` gives a new database in it."""
    with Postgres() as service:
        yield service


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """One Redis for the run; `new_url` gives an unused part of it."""
    with Redis() as service:
        yield service


# --- Tutti -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", params=["embedded", "server"])
def size(request: pytest.FixtureRequest) -> Size:
    """A test that asks for this, or for a server, runs once in each size."""
    return request.param  # type: ignore[no-any-return]


class PreparedData:
    """Databases that are prepared and seeded already, so that a new server starts in a second."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path, prepared: Path) -> None:
        self._request = request
        self._folder = folder
        self._prepared_folder = prepared
        self._prepared_database = ""

    def options(self, size: Size) -> dict[str, Any]:
        """What TuttiServer needs to run on data of its own, of this size."""
        if size == "embedded":
            return {"data_folder": self._copy_of_prepared_folder()}
        redis: Redis = self._request.getfixturevalue("redis")
        return {"database_url": self._copy_of_prepared_database(), "redis_url": redis.new_url()}

    def _copy_of_prepared_folder(self) -> Path:
        # The first of the run's workers that needs it prepares it for all.
        with self._prepared_folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._prepared_folder.exists():
                making = self._prepared_folder.with_suffix(".making")
                template = TuttiServer(data_folder=making)
                prepare(template.environment)
                template.delete_data()
                making.rename(self._prepared_folder)
        new = Path(tempfile.mkdtemp(prefix="data-", dir=self._folder))
        return shutil.copytree(self._prepared_folder, new, dirs_exist_ok=True)

    def _copy_of_prepared_database(self) -> str:
        postgres: Postgres = self._request.getfixturevalue("postgres")
        if not self._prepared_database:
            address = postgres.create_database()
            self.prepare_database(address)
            self._prepared_database = urlsplit(address).path.removeprefix("/")
        return postgres.create_database(template=self._prepared_database)

    def prepare_database(self, address: str) -> None:
        """An empty one, of any cluster. What the first of the run's workers makes, the others copy."""
        dump = self._prepared_folder.with_suffix(".sql")
        with dump.with_suffix(".sql-lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not dump.exists():
                template = TuttiServer(database_url=address)
                prepare(template.environment)
                template.delete_data()
                dump_database(address, dump)
                return
        load_database(address, dump)


@pytest.fixture(scope="session")
def prepared_data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PreparedData:
    folder = tmp_path_factory.mktemp("tutti")
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    of_the_run = tmp_path_factory.getbasetemp().parent if is_worker else folder
    return PreparedData(request, folder, of_the_run / "prepared")


@pytest.fixture(scope="session")
def shared_servers() -> Iterator[dict[str, TuttiServer]]:
    servers: dict[str, TuttiServer] = {}
    yield servers
    for server in servers.values():
        server.delete_data()


@pytest.fixture(scope="session")
def server(size: Size, prepared_data: PreparedData, shared_servers: dict[str, TuttiServer]) -> TuttiServer:
    """The run's one server of this size."""
    if size not in shared_servers:
        shared_servers[size] = TuttiServer(**prepared_data.options(size))
        shared_servers[size].start()
    return shared_servers[size]


@pytest.fixture
def start_server(size: Size, prepared_data: PreparedData) -> Iterator[StartServer]:
    """Starts servers of a test's own: `start_server(environment={"MAX_QUEUE_ITEMS": "3"})`.

    Two on the same data: `start_server(database_url=first.database_url, redis_url=first.redis_url)`.
    """
    with ExitStack() as running:

        def start(**options: Any) -> TuttiServer:
            on_given_data = options.keys() & {"database_url", "data_folder"}
            data = {} if on_given_data else prepared_data.options(size)
            return running.enter_context(TuttiServer(**data, **options))

        yield start


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The page's folder, built as `start-daphne.sh` builds it; servers that start from here on give it."""
    command = [sys.executable, "-I", str(PROJECT / "scripts" / "build_frontend.py"), "--required", "--tools"]
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
    response = asked_for_room(client, name="A test's room")
    assert response.status_code == 201, response.text
    slug: str = response.json()["slug"]
    return slug
