"""Real Tutti servers for tests: processes of their own, on a free port, with their own data."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, ClassVar, Self

import httpx

from tests.preloaded import Forked, run_program, start_program
from tests.services import attempts, free_port

PROJECT = Path(__file__).resolve().parent.parent
BACKEND = PROJECT / "backend"
# A graceful shutdown notifies every client first, and gives up after a few seconds.
STOP_SECONDS = 15
READY = re.compile(r"^Tutti is ready at (http://\S+)/$", re.MULTILINE)
# Everything else of the environment could change what the server does.
KEPT_VARIABLES = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH"}


class ServerError(Exception):
    """The server did not come up; the message holds what it wrote."""


# Pages of another origin that may use the API: an installation allows none by itself.
DEVELOPERS_PAGES = "http://localhost:3000,http://127.0.0.1:3000"


class TuttiServer:
    """A server as `start-daphne.sh` runs it. Without a database and Redis it is of the embedded size.

    Limits are far away unless asked for: tests hammer from one address. More variables, such as
    HEARTBEAT_SECONDS, go into `environment`.
    """

    working_folder = BACKEND
    # More of what subprocess is given, such as another user to run as.
    run_as: ClassVar[dict[str, Any]] = {}
    start_seconds = 120.0

    def __init__(
        self,
        *,
        database_url: str = "",
        redis_url: str = "",
        rate_limit_factor: str = "100000",
        environment: dict[str, str] | None = None,
        data_folder: Path | None = None,
        arguments: tuple[str, ...] = (),
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tutti-server-"))
        self._output = self._folder / "output"
        self._arguments = arguments
        self._process: Forked | subprocess.Popen[bytes] | None = None
        self._seen = 0
        self.data_folder = data_folder or self._folder / "data"
        self.database_url = database_url
        self.redis_url = redis_url
        self.base_url = ""
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in KEPT_VARIABLES},
            **{"DATA_DIR": str(self.data_folder), "ENV_FILE": os.devnull, "PORT": "0"},
            **{"DATABASE_URL": database_url, "REDIS_URL": redis_url, "RATE_LIMIT_FACTOR": rate_limit_factor},
            "CORS_ALLOWED_ORIGINS": DEVELOPERS_PAGES,
            **(environment or {}),
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.delete_data()

    # --- Where it is ---------------------------------------------------------------------------------

    @property
    def ws_url(self) -> str:
        return self.base_url.replace("http://", "ws://")

    @property
    def port(self) -> int:
        return int(self.base_url.rsplit(":", 1)[1])

    @property
    def pid(self) -> int:
        assert self._process, "the server is not running"
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it has written, since its first start."""
        return self._output.read_text(errors="replace") if self._output.exists() else ""

    def client(self, **options: object) -> httpx.Client:
        """A new HTTP client of this server, to be closed by the caller."""
        return httpx.Client(base_url=self.base_url, timeout=30, **options)  # type: ignore[arg-type]

    # --- Its life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Returns when it is ready; raises ServerError when it ends before, or takes too long."""
        self.start_without_waiting()
        self.wait_until_ready()

    def start_without_waiting(self) -> None:
        self._seen = len(self.log)
        self._spawn(self._command())

    def wait_until_ready(self) -> None:
        for _ in attempts(self.start_seconds):
            if found := self._ready_at():
                self.base_url = found
                self.environment["PORT"] = str(self.port)
                return
            self._check_alive()
        self.kill()
        raise ServerError(f"The server was not ready in time.\n{self.log[self._seen :]}")

    def stop(self) -> int:
        """Asks it to stop in order; gives its exit code."""
        return self._end(signal.SIGTERM)

    def wait(self) -> int:
        """Its exit code, once it has ended by itself or by a signal; 0 when it does not run."""
        if not self._process:
            return 0
        process, self._process = self._process, None
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise ServerError(f"The server did not stop on request.\n{self.log[self._seen :]}") from None

    def kill(self) -> None:
        """Ends it as a crash would: it gets no chance to do anything."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """On the same port and data."""
        self.stop()
        self.start()

    def delete_data(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    # --- How -----------------------------------------------------------------------------------------

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "server", *self._arguments]

    def _ready_at(self) -> str | None:
        found = READY.search(self.log[self._seen :])
        return found[1] if found else None

    def _spawn(self, command: list[str]) -> None:
        assert self._process is None, "the server is running already"
        with self._output.open("ab") as output:
            self._process = start_program(
                command,
                cwd=self.working_folder,
                env=self.environment,
                stdout=output,
                stderr=output,
                **self.run_as,
            )

    def _check_alive(self) -> None:
        assert self._process
        if self._process.poll() is not None:
            code, self._process = self._process.returncode, None
            raise ServerError(f"The server ended with {code} before it was ready.\n{self.log[self._seen :]}")

    def _end(self, number: signal.Signals) -> int:
        if self._process:
            self._process.send_signal(number)
        return self.wait()


class PlainDaphne(TuttiServer):
    """`daphne config.asgi:application`, on a database that was prepared before."""

    def start_without_waiting(self) -> None:
        if self.environment["PORT"] == "0":
            self.environment["PORT"] = str(free_port())
        prepare(self.environment)
        super().start_without_waiting()

    def _command(self) -> list[str]:
        bind = ["-b", "127.0.0.1", "-p", self.environment["PORT"]]
        return [sys.executable, "-m", "daphne", *bind, "config.asgi:application"]

    def _ready_at(self) -> str | None:
        """Daphne's own line comes too early or, under the project's logging, not at all."""
        url = f"http://127.0.0.1:{self.environment['PORT']}"
        try:
            httpx.get(f"{url}/api/health/live", timeout=5)
        except httpx.TransportError:
            return None
        return url


class Uvicorn(PlainDaphne):
    """`uvicorn config.asgi:application`: the application on a server that knows nothing of it."""

    def _command(self) -> list[str]:
        bind = ["--host", "127.0.0.1", "--port", self.environment["PORT"], "--log-level", "warning"]
        return [sys.executable, "-m", "uvicorn", *bind, "config.asgi:application"]


def prepare(environment: dict[str, str]) -> None:
    """Makes the database of this environment ready, without starting a server."""
    done = run_program([sys.executable, "-m", "server", "--prepare"], cwd=BACKEND, env=environment)
    if done.returncode != 0:
        raise ServerError(f"The database could not be prepared.\n{done.stdout}\n{done.stderr}")


def unread_response(server: TuttiServer, url: str) -> socket.socket:
    """A client that has sent its request, and takes as little as it can."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.port))
    client.sendall(f"GET {url} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def usage(pid: int) -> dict[str, int]:
    """Threads, and memory in KiB."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {
        words[0].removesuffix(":"): int(words[1]) for words in lines if words[0] in {"Threads:", "VmRSS:"}
    }
