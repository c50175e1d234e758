"""A server whose charts a test may change, and runs of the pipeline beside it."""

import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest

from apps.charts.tests.bodies import Folder
from tests.conftest import PreparedData, Size
from tests.contract.conftest import CORS_ORIGIN
from tests.contract.sockets import Socket
from tests.preloaded import run_program
from tests.processes import BACKEND, TuttiServer

CHARTS = "/ws/charts/"
COMMAND_SECONDS = 120
FIRST_DAY = date(2025, 3, 1)
Follow = Callable[..., Socket]


class Pipeline:
    """Runs `manage.py etl` in another process, on the server's data, over a folder of invented answers."""

    def __init__(self, server: TuttiServer, path: Path) -> None:
        self._server = server
        self._folder = Folder(path)
        self._days = map(FIRST_DAY.__add__, map(timedelta, itertools.count()))

    def publish(self, *, genre: str = "pop") -> str:
        """An edition of a day that was none yet; the day."""
        day = str(next(self._days))
        for service in ("spotify", "soundcloud"):
            self._folder.list(service, day, 1, 2, 3, genre=genre)
        self.run()
        return day

    def fail(self, *, genre: str = "pop") -> str:
        """The same, but one service returns unreadable data."""
        day = str(next(self._days))
        for service in ("spotify", "soundcloud"):
            self._folder.list(service, day, 1, 2, genre=genre)
        self._folder.put("apple_music", genre, day, b"oops")
        self.run(code=3)
        return day

    def run(self, *, code: int = 0) -> None:
        self.manage("run", "--full-pipeline", "--from", str(self._folder.path), code=code)

    def manage(self, *arguments: str, code: int = 0) -> None:
        self.manage_server("etl", *arguments, code=code)

    def manage_server(self, *arguments: str, code: int = 0) -> None:
        command = [sys.executable, "manage.py", *arguments]
        ran = run_program(command, cwd=BACKEND, env=self._server.environment, seconds=COMMAND_SECONDS)
        # 3: an earlier failure is reported again with every run.
        assert ran.returncode in {code, 3}, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def chart_server(size: Size, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    environment = {"HEARTBEAT_SECONDS": "0.5", "CORS_ALLOWED_ORIGINS": CORS_ORIGIN}
    with TuttiServer(**prepared_data.options(size), environment=environment) as started:
        yield started


@pytest.fixture(scope="module")
def pipeline(chart_server: TuttiServer, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(chart_server, tmp_path_factory.mktemp("answers"))


@pytest.fixture
def follow(chart_server: TuttiServer) -> Iterator[Follow]:
    """Opens sockets of the stream of charts, greeted."""
    with ExitStack() as opened:

        def follow_one(**options: object) -> Socket:
            return opened.enter_context(Socket.greeted(chart_server.ws_url, CHARTS, **options))

        yield follow_one
