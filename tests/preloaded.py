"""Starts Python programs from a process that has imported the libraries already.

Most of what a Tutti server does until it is ready is importing libraries, and the tests start hundreds of
servers. A `Preloaded` process imports them once and forks for each program. What the program imports of the
project, its settings, its files and its environment are its own. A program of another user, of another
interpreter or on a system without Linux's pidfd starts as usual.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

from tests.services import PR_SET_PDEATHSIG, parent_death_options

PROJECT = Path(__file__).resolve().parent.parent
# What can be imported without settings. Nothing of it may start threads, or Twisted's reactor.
LIBRARIES = """
django.core.management django.core.handlers.asgi django.db.models django.db.backends.sqlite3.base
django.db.backends.postgresql.base django.contrib.postgres.fields django.forms django.template.backends.django
django.contrib.admin.utils django.contrib.staticfiles.finders django.test.utils
rest_framework.serializers rest_framework.relations psycopg psycopg_pool redis redis.asyncio channels.layers
channels_redis.core corsheaders.middleware whitenoise.middleware environ uritemplate inflection
graphql graphql.utilities graphql.validation strawberry strawberry.extensions strawberry.schema.schema
strawberry.http.sync_base_view strawberry.printer twisted.internet.posixbase twisted.internet.tcp
twisted.internet.ssl twisted.internet.endpoints twisted.web.http twisted.logger autobahn.websocket.protocol
service_identity OpenSSL.SSL cryptography.x509 jwt argon2 structlog prometheus_client msgspec httpx tenacity
rapidfuzz.fuzz rapidfuzz.process anyascii dateutil.rrule requests yaml tzlocal sqlparse
django.db.migrations django.contrib.auth.hashers django.contrib.auth.password_validation django.core.asgi
django.contrib.auth.management django.core.cache.backends.locmem django.core.cache.backends.redis
django.contrib.syndication.views channels.generic.websocket autobahn.wamp.websocket autobahn.wamp.auth
numpy numpy.typing
"""
NEVER = {"twisted.internet.reactor"}
# Its library of linear algebra would start threads, which a fork does not copy.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
BUFFER = 1 << 20


class Forked:
    """What the tests use of `subprocess.Popen`, of a process that is no child of ours."""

    def __init__(self, parent: "Preloaded", pid: int) -> None:
        self._parent = parent
        self._descriptor = os.pidfd_open(pid)
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._end(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, as of Popen: that of a signal is negative. Raises subprocess.TimeoutExpired."""
        code = self._end(None if timeout is None else timeout * 1000)
        if code is None:
            raise subprocess.TimeoutExpired("a forked program", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _end(self, milliseconds: float | None) -> int | None:
        if self.returncode is None:
            ended = select.poll()
            ended.register(self._descriptor, select.POLLIN)
            if ended.poll(milliseconds):
                self.returncode = self._parent.ask(reap=self.pid)
                os.close(self._descriptor)
        return self.returncode


class Preloaded:
    """The process that forks. `ask` is safe from any thread."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.preloaded", str(theirs.fileno())],
                cwd=PROJECT,
                env={**os.environ, **ONE_THREAD},
                pass_fds=[theirs.fileno()],
                **parent_death_options(),
            )

    def ask(self, descriptors: tuple[int, ...] = (), **question: Any) -> int:
        """The process's answer to a question, to which descriptors of files may belong."""
        with self._lock:
            socket.send_fds(self._ours, [json.dumps(question).encode()], descriptors)
            return int(self._ours.recv(BUFFER))


_preloaded: list[Preloaded] = []


def start_program(
    command: list[str],
    *,
    cwd: Path,
    env: dict[str, str],
    stdin: IO[Any] | None = None,
    stdout: IO[Any],
    stderr: IO[Any],
    **run_as: Any,
) -> "Forked | subprocess.Popen[bytes]":
    """Starts the program with these open files; without `stdin` there is nothing to read."""
    with contextlib.ExitStack() as opened:
        files = (stdin or opened.enter_context(Path(os.devnull).open("rb")), stdout, stderr)
        if can_fork(command) and not run_as:
            if not _preloaded:
                _preloaded.append(Preloaded())
            limits = resource.getrlimit(resource.RLIMIT_NOFILE)
            question = {"arguments": command[1:], "cwd": str(cwd), "env": env, "limits": limits}
            descriptors = tuple(file.fileno() for file in files)
            return Forked(_preloaded[0], _preloaded[0].ask(descriptors, **question))
        streams = dict(zip(("stdin", "stdout", "stderr"), files, strict=True))
        return subprocess.Popen(command, cwd=cwd, env=env, **streams, **parent_death_options(), **run_as)


def run_program(
    command: list[str], *, cwd: Path, env: dict[str, str], seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Runs it to its end, with what it wrote. Raises subprocess.TimeoutExpired."""
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        process = start_program(command, cwd=cwd, env=env, stdout=stdout, stderr=stderr)
        try:
            code = process.wait(seconds)
        finally:
            process.kill()
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(command, code, stdout.read(), stderr.read())


def can_fork(command: list[str]) -> bool:
    """Whether it is a module, a file or code for this interpreter, and the system can do it."""
    is_ours = command[0] == sys.executable
    is_python = is_ours and (command[1] in {"-m", "-c"} or command[1].endswith(".py"))
    # Linux ends a process with the thread that started its parent; a thread may end before the tests.
    is_safe = bool(_preloaded) or threading.current_thread() is threading.main_thread()
    return is_python and is_safe and hasattr(os, "pidfd_open")


# --- The process that forks --------------------------------------------------------------------------


def main() -> None:
    questions = socket.socket(fileno=int(sys.argv[1]))
    for library in LIBRARIES.split():
        importlib.import_module(library)
    # Ctrl-C is for the tests, which end this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert not NEVER & sys.modules.keys(), NEVER & sys.modules.keys()
    threads = list(Path("/proc/self/task").iterdir())
    assert len(threads) == 1, "a forked program would miss the others"
    # What is imported stays as it is: no garbage collection has to look through it, or copies its memory.
    gc.collect()
    gc.freeze()
    while True:
        received, descriptors, _, _ = socket.recv_fds(questions, BUFFER, 3)
        if not received:
            return
        question = json.loads(received)
        if "reap" in question:
            response = os.waitstatus_to_exitcode(os.waitpid(question["reap"], 0)[1])
        else:
            response = os.fork()
            if response == 0:
                questions.close()
                become(descriptors, **question)
                return
        for descriptor in descriptors:
            os.close(descriptor)
        questions.send(str(response).encode())


def become(
    descriptors: list[int], *, arguments: list[str], cwd: str, env: dict[str, str], limits: tuple[int, int]
) -> None:
    """Runs the program as Python would, in the process that was just forked and ends with it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[0], limits[1]))
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    os.closerange(3, max(descriptors) + 1)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    kind = arguments[0]
    sys.argv = arguments[1:] if kind == "-m" else arguments
    sys.path[0] = cwd if kind.startswith("-") else str(Path(kind).resolve().parent)
    sys.path[1:1] = env["PYTHONPATH"].split(os.pathsep) if env.get("PYTHONPATH") else []
    if kind == "-m":
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(arguments[1], {"__name__": "__main__"})  # noqa: S102 - as Python does
    else:
        # Whole: a process that this one spawns looks for it from the folder of the first one.
        runpy.run_path(str(Path(kind).resolve()), run_name="__main__")


if __name__ == "__main__":
    main()
