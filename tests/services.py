"""Real PostgreSQL and Redis servers for tests: made fresh, on free ports, thrown away afterwards."""

import atexit
import contextlib
import ctypes
import itertools
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from pathlib import Path
from typing import Any, ClassVar, Self

import psycopg
import redis

from scripts import sendspin

START_SECONDS = 60
STOP_SECONDS = 10
# Another program may take a port between our finding it free and our using it.
ATTEMPTS = 5
ROOT = 0
# Linux's prctl(2) option: a signal for this process when its parent dies.
PR_SET_PDEATHSIG = 1
# Of what a pipe of MPD gives: 44.1 kHz, 16 bits, two channels.
TAP_FORMAT = "44100:16:2"
# A memory disk has to have this much room to be used.
ROOMY_BYTES = 512 * 1024 * 1024


# What a test waits for should come much sooner, also on a busy machine.
PATIENCE_SECONDS = 60.0


def attempts(seconds: float) -> Iterator[None]:
    """At once, and again and again until so many seconds have passed."""
    deadline = time.monotonic() + seconds
    yield
    while time.monotonic() < deadline:
        time.sleep(0.01)
        yield


def wait_for(
    look: Callable[[], Any], is_so: Callable[[Any], bool] = bool, *, within_seconds: float = PATIENCE_SECONDS
) -> Any:
    """The first of the looks that is so; fails with the last one."""
    for _ in attempts(within_seconds):
        if is_so(seen := look()):
            return seen
    raise AssertionError(f"it did not come to that: {seen}")


class ServiceError(Exception):
    """A service is not installed or did not start; the message says what to do or what it said."""


class Service(ABC):
    """A server process of our own. `stop`, `kill` and `start` again keep its port and its folder."""

    name: str
    # Of this process, for the logs that a failed test shows.
    running: ClassVar[list["Service"]] = []

    def __init__(self) -> None:
        self.port = 0
        self.folder = _fresh_folder(self.name)
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.delete_data)
        self.running.append(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.delete_data()

    @property
    def pid(self) -> int:
        assert self._process, f"{self.name} is not running"
        return self._process.pid

    @property
    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text(errors="replace") if file.exists() else ""

    def start(self) -> None:
        """Returns when the service answers, and it is this process that does."""
        ports = [self.port] * ATTEMPTS if self.port else (free_port() for _ in range(ATTEMPTS))
        for port in ports:
            self.port = port
            self._process = self._spawn()
            if self._comes_up():
                return
        raise ServiceError(f"{self.name} did not start.\n{self.log}")

    def stop(self) -> None:
        """Ends it in order."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._end(signal.SIGKILL)

    def delete_data(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.delete_data)
        self.running.remove(self)

    stop_signal = signal.SIGTERM

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answering_pid(self) -> int | None:
        """The process that responds on our port, None if none does."""

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self._command(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self._owner(),
                **parent_death_options(),
            )

    def _owner(self) -> dict[str, Any]:
        return owner_options(self.folder)

    def _comes_up(self) -> bool:
        for _ in attempts(START_SECONDS):
            if not self._process or self._process.poll() is not None:
                break
            if self._answering_pid() == self._process.pid:
                return True
        self.kill()
        return False

    def _end(self, number: signal.Signals) -> None:
        if not self._process:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Postgres(Service):
    """A fresh PostgreSQL cluster, much faster and less careful with a power cut than a real one."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # PostgreSQL's "fast": ends every session

    def __init__(self, *, synchronous_commit: bool = False) -> None:
        super().__init__()
        self._synchronous_commit = synchronous_commit
        self._data = self.folder / "data"
        self._make_cluster()

    def create_database(self, template: str | None = None) -> str:
        """The address of a new database, empty or a copy of `template`."""
        name = f"tutti_{secrets.token_hex(6)}"
        copied = f' TEMPLATE "{template}"' if template else ""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"{copied}')  # type: ignore[arg-type]
        return self._address(name)

    def _address(self, database: str) -> str:
        return f"postgresql://tutti@127.0.0.1:{self.port}/{database}"

    def _make_cluster(self) -> None:
        initdb = [
            *(str(postgres_programs() / "initdb"), "--pgdata", str(self._data), "--username", "tutti"),
            *(
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale",
                "C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ),
        ]
        made = subprocess.run(
            initdb, cwd=self.folder, capture_output=True, text=True, **owner_options(self.folder)
        )
        if made.returncode != 0:
            raise ServiceError(f"initdb failed.\n{made.stdout}\n{made.stderr}")

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "synchronous_commit": "on" if self._synchronous_commit else "off",
            "full_page_writes": "off",
            # In our folder rather than in the shared memory, where a killed server would leave it behind.
            "dynamic_shared_memory_type": "mmap",
        }
        switches = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = str(postgres_programs() / "postgres")
        return [program, "-D", str(self._data), "-F", "-p", str(self.port), *switches]

    def _answering_pid(self) -> int | None:
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (psycopg.OperationalError, OSError):
            return None


def dump_database(address: str, place: Path) -> None:
    """The file is there as a whole or not at all."""
    begun = place.with_suffix(".begun")
    subprocess.run([postgres_programs() / "pg_dump", "--file", begun, address], check=True)
    begun.replace(place)


def load_database(address: str, dump: Path) -> None:
    """Into an empty one. To copy a prepared database is quicker than to prepare one."""
    options = ["--quiet", "--set", "ON_ERROR_STOP=1", "--file", dump]
    command = [postgres_programs() / "psql", *options, address]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Redis(Service):
    """A Redis that keeps nothing on disk."""

    name = "Redis"

    def __init__(self) -> None:
        super().__init__()
        # Servers of different tests must not hear each other.
        self._numbers = itertools.count(1)

    def new_url(self) -> str:
        """The address of an unused part."""
        return f"redis://127.0.0.1:{self.port}/{next(self._numbers)}"

    def _command(self) -> list[str]:
        return [
            *(_redis_binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)),
            *("--save", "", "--appendonly", "no", "--databases", "10000"),
        ]

    def _answering_pid(self) -> int | None:
        try:
            return int(self._info()["process_id"])
        except redis.RedisError:
            return None

    def _info(self) -> dict[str, Any]:
        with redis.Redis(port=self.port, socket_timeout=2) as client:
            return client.info("server")  # type: ignore[return-value]


class Mpd(Service):
    """A Music Player Daemon. With `tap`, its samples go through that pipe as they are played."""

    name = "MPD"

    def __init__(self, *, password: str = "", tap: bool = False) -> None:
        super().__init__()
        self.tap = self.folder / "tap" if tap else None
        # Without what a late reader of the pipe misses, but not in time.
        self.recording = self.folder / "recording.wav"
        self._password = password

    def _command(self) -> list[str]:
        playlists, owner = self.folder / "playlists", self.folder.stat()
        playlists.mkdir(exist_ok=True)
        os.chown(playlists, owner.st_uid, owner.st_gid)
        settings = {"bind_to_address": "127.0.0.1", "port": self.port, "log_file": "/dev/stderr"}
        settings |= {"state_file": self.folder / "state", "playlist_directory": playlists}
        settings |= {"pid_file": self.folder / "pid", "log_level": "verbose"}
        if self._password:
            settings |= {"password": f"{self._password}@read,add,control,admin", "default_permissions": ""}
        outputs = [{"type": "null", "name": "silence", "mixer_type": "null"}]
        if self.tap:
            pipe = {"path": self.tap, "format": TAP_FORMAT, "mixer_type": "none"}
            file = {"path": self.recording, "encoder": "wave", "format": TAP_FORMAT, "mixer_type": "none"}
            outputs = [
                {"type": "fifo", "name": "tap", **pipe},
                {"type": "recorder", "name": "recording", **file},
            ]
        lines = [f'{name} "{value}"' for name, value in settings.items()]
        for output in outputs:
            lines += ["audio_output {", *(f'{name} "{value}"' for name, value in output.items()), "}"]
        (self.folder / "mpd.conf").write_text("\n".join(lines) + "\n")
        return [mpd_binary(), "--no-daemon", "--stderr", str(self.folder / "mpd.conf")]

    def _answering_pid(self) -> int | None:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
                is_mpd = client.recv(16).startswith(b"OK MPD")
            return int((self.folder / "pid").read_text()) if is_mpd else None
        except (OSError, ValueError):
            return None

    def ask(self, command: str) -> dict[str, str]:
        """The fields of its answer, as a client of its own; of several with one name, the last."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            lines = client.makefile("rw", encoding="utf-8", newline="\n")
            lines.readline()
            for one in [f"password {self._password}"] * bool(self._password) + [command]:
                lines.write(f"{one}\n")
                lines.flush()
                fields: dict[str, str] = {}
                while not (line := lines.readline()).startswith(("OK", "ACK")):
                    name, _, value = line.rstrip("\n").partition(": ")
                    fields[name] = value
            assert line.startswith("OK"), line
            return fields


class Jack(Service):
    """A JACK server whose output is a clock. Its clients are processes of the same user, with `variables`."""

    name = "JACK"
    # The time from a sample to its sound: a busy machine must not be late.
    period_frames, rate = 4096, 48_000

    @property
    def variables(self) -> dict[str, str]:
        return {"JACK_DEFAULT_SERVER": self._server_name, "JACK_NO_START_SERVER": "1"}

    @property
    def _server_name(self) -> str:
        # JACK knows at most 8 names on a machine; that of a killed server is free only for its own name.
        return f"tutti-{self.port % ATTEMPTS}"

    def _command(self) -> list[str]:
        # Before all other processes: on a busy machine, players would be late otherwise.
        priority = "--realtime" if os.geteuid() == ROOT else "--no-realtime"
        waits_for_clients = ["--sync", "--timeout", "10000"]
        server = [jack_binary(), priority, *waits_for_clients, "--name", self._server_name]
        return [*server, "-d", "dummy", "-C", "0", "-r", str(self.rate), "-p", str(self.period_frames)]

    def ports(self) -> str:
        """Of all clients, one in a line."""
        environment = {**os.environ, **self.variables}
        return subprocess.run(["jack_lsp"], capture_output=True, text=True, env=environment).stdout

    def _answering_pid(self) -> int | None:
        return self.pid if "system:playback" in self.ports() else None

    def _owner(self) -> dict[str, Any]:
        return {}  # JACK serves only clients of its own user


# --- What is installed -------------------------------------------------------------------------------


def missing_packages(*, is_long: bool = False) -> list[str]:
    """The Debian packages of the services, the browser, the proxy and the compiler that are not installed.

    With `is_long` also that of the browser in which only long runs test.
    """
    found: dict[str, Callable[[], object]] = {
        **{"postgresql": postgres_programs, "redis-server": _redis_binary},
        **{"chromium-headless-shell": chromium_binary, "nginx": nginx_binary},
        **{"mpd": mpd_binary, "gcc": compiler_binary, "libc6-dev": c_headers},
        **({"firefox-esr": firefox_binary} if is_long else {}),
        **({"jackd2": jack_binary, "libportaudio2": portaudio_library} if sendspin.newer_python() else {}),
    }
    return [package for package, find in found.items() if not _is_found(find)]


def _is_found(find: Callable[[], object]) -> bool:
    try:
        return bool(find())
    except ServiceError:
        return False


def install(packages: list[str]) -> None:
    """As root, on Debian and Ubuntu; nothing that is installed gets started."""
    apt_get = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _services_stay_off():
        for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run([*apt_get, *step], env=environment, capture_output=True, text=True)
            sys.stderr.write("" if done.returncode == 0 else done.stderr)


@contextlib.contextmanager
def _services_stay_off() -> Iterator[None]:
    """Debian asks this file whether a package may start what it has just installed: 101 means no."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def versions() -> str:
    """Which PostgreSQL and Redis there are, for the record."""
    outputs = [_first_line(postgres_programs() / "postgres"), _first_line(_redis_binary())]
    numbers = [re.search(r"\d+(\.\d+)+", output) for output in outputs]
    postgres, redis_server = (number[0] if number else "of an unknown version" for number in numbers)
    return f"PostgreSQL {postgres}, Redis {redis_server}"


def _first_line(program: str | Path) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True).stdout


def postgres_programs() -> Path:
    """The folder with initdb and postgres. Debian keeps them off the PATH, a folder for each version."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    for folder in [*reversed(debian), *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ServiceError("PostgreSQL's server is not installed: sudo apt-get install postgresql")


def _binary(package: str, *names: str, what: str = "") -> str:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    raise ServiceError(f"{what or names[0]} is not installed: sudo apt-get install {package}")


def _redis_binary() -> str:
    return _binary("redis-server", "redis-server", "valkey-server", what="Redis")


def chromium_binary() -> str:
    """Without the browser's own windows where that is installed: a page opens for a third of the work."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return _binary(names[0], *names, what="Chromium")


def firefox_binary() -> str:
    return _binary("firefox-esr", "firefox-esr", "firefox", what="Firefox")


def nginx_binary() -> str:
    return _binary("nginx", "nginx")


def mpd_binary() -> str:
    return _binary("mpd", "mpd", what="MPD")


def jack_binary() -> str:
    return _binary("jackd2", "jackd", what="JACK")


def portaudio_library() -> str:
    if found := find_library("portaudio"):
        return found
    raise ServiceError("PortAudio is not installed: sudo apt-get install libportaudio2")


def compiler_binary() -> str:
    return _binary("gcc libc6-dev", "cc", "gcc", what="A C compiler")


def c_headers() -> Path:
    """Of the C library; where another system keeps them elsewhere, the compiler knows."""
    header = Path("/usr/include/stdio.h")
    if header.exists() or not shutil.which("apt-get"):
        return header
    raise ServiceError("The C library's headers are not installed: sudo apt-get install libc6-dev")


# --- Processes ---------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _fresh_folder(name: str) -> Path:
    """A folder in memory where there is room, which belongs to the user that the service runs as."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of its own there
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOMY_BYTES
    folder = Path(tempfile.mkdtemp(prefix=f"tutti-{name.lower()}-", dir=memory if roomy else None))
    if os.geteuid() == ROOT:
        user = _service_user()
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def _service_user() -> pwd.struct_passwd:
    """PostgreSQL does not run as root."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def owner_options(folder: Path) -> dict[str, Any]:
    """Options of subprocess to run a command as the owner of a folder."""
    owner = folder.stat()
    if os.geteuid() != ROOT or owner.st_uid == ROOT:
        return {}
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def parent_death_options() -> dict[str, Any]:
    """Options of subprocess that end the process when a test run is killed.

    Linux watches the thread that started the process, so a thread that ends first must not use this.
    """
    if not sys.platform.startswith("linux") or threading.current_thread() is not threading.main_thread():
        return {}
    libc = ctypes.CDLL(None)
    return {"preexec_fn": lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)}


@contextlib.contextmanager
def both() -> Iterator[dict[str, str]]:
    """A fresh PostgreSQL and a fresh Redis, as the environment variables that name them."""
    with Postgres() as postgres, Redis() as redis_server:
        yield {"DATABASE_URL": postgres.create_database(), "REDIS_URL": redis_server.new_url()}
