"""Files that are sent to many clients, and many files that are scanned; each beside a plain reference."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.imports.memory_sampler import SampledRun, run_sampled
from bench.machine import Cores, processor_seconds, resident_kilobytes, with_children
from tests.audio_files import picture, write_audio
from tests.processes import TuttiServer, prepare
from tests.services import free_port, nginx_binary, parent_death_options

RANGE_BYTES = 64 * 1024
HEAD_END = b"\r\n\r\n"
RANGES_A_CLIENT = 5
AT_ONCE = 4
NGINX = """daemon off; pid {folder}/pid; worker_processes 1; worker_rlimit_nofile 20000;
events {{ worker_connections 10000; }}
http {{
    access_log off; keepalive_requests 100000; sendfile on;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{ listen 127.0.0.1:{port}; root {music}; }}
}}"""


# --- Ranges ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a server: for each range, and for each client that has a response open and takes nothing."""

    microseconds_a_range: float
    kilobytes_a_client: float
    ranges_a_second: float


@contextlib.contextmanager
def nginx(music: Path, cores: Cores) -> Iterator[tuple[str, int]]:
    """Its address and its process."""
    with tempfile.TemporaryDirectory(prefix="tutti-nginx-") as place:
        folder, port = Path(place), free_port()
        folder.chmod(0o777)
        settings = folder / "nginx.conf"
        settings.write_text(NGINX.format(folder=folder, port=port, music=music))
        command = [nginx_binary(), "-p", place, "-e", "stderr", "-c", str(settings)]
        with cores.pin_to_server_core():
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **parent_death_options())
        try:
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait()


def cost_of_ranges(url: str, pid: int, *, clients: int) -> Cost:
    """All clients stay connected, and ask one after the other for parts of the file."""
    pids = with_children(pid)
    with contextlib.ExitStack() as opened:
        connected = [opened.enter_context(contextlib.closing(_connected(url))) for _ in range(clients)]
        wanted = [(client, number) for number in range(RANGES_A_CLIENT) for client in connected]
        before, began = processor_seconds(pids), time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for chunk in (wanted[start : start + clients] for start in range(0, len(wanted), clients)):
                list(threads.map(lambda one: _take_range(url, *one), chunk))
        seconds, used = time.perf_counter() - began, processor_seconds(pids) - before
    return Cost(
        microseconds_a_range=used / len(wanted) * 1e6,
        kilobytes_a_client=_memory_of_slow_clients(url, pids, clients=clients),
        ranges_a_second=len(wanted) / seconds,
    )


def _memory_of_slow_clients(url: str, pids: list[int], *, clients: int) -> float:
    """The growth of the memory from a tenth of the clients to all of them."""
    with contextlib.ExitStack() as opened:
        first, resident = clients // 10, []
        for count in (first, clients - first):
            for _ in range(count):
                client = opened.enter_context(contextlib.closing(_connected(url, receive_bytes=4096)))
                client.sendall(_request(url, ""))
                client.recv(1)
            resident.append(resident_kilobytes(pids))
    return (resident[1] - resident[0]) / (clients - first)


def _connected(url: str, *, receive_bytes: int = 0) -> socket.socket:
    address = urlsplit(url)
    client = socket.socket()
    if receive_bytes:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    client.settimeout(60)
    client.connect((address.hostname, address.port))
    return client


def _request(url: str, fields: str) -> bytes:
    address = urlsplit(url)
    return f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n{fields}\r\n".encode()


def _take_range(url: str, client: socket.socket, number: int) -> None:
    first = number * RANGE_BYTES
    client.sendall(_request(url, f"Range: bytes={first}-{first + RANGE_BYTES - 1}\r\n"))
    received = b""
    while (end := received.find(HEAD_END)) < 0 or len(received) < end + len(HEAD_END) + RANGE_BYTES:
        if not (piece := client.recv(256 * 1024)):
            raise ConnectionError("The server has closed the connection.")
        received += piece
        if not received.startswith(b"HTTP/1.1 206"[: len(received)]):
            raise ConnectionError(received.decode("latin-1"))


# --- Scans -------------------------------------------------------------------------------------------

# Run in a process of its own: reads the tags of each file, and does nothing with them.
PLAIN_LOOP = """
import os, sys
import mutagen
for place, _, names in os.walk(sys.argv[1]):
    for name in names:
        mutagen.File(os.path.join(place, name))
"""


@dataclass(frozen=True, slots=True)
class Scans:
    """Of the same new files: the scan, the loop, and the scan again without a change."""

    first: SampledRun
    loop: SampledRun
    again: SampledRun


def make_files(folder: Path, count: int) -> None:
    """MP3, FLAC and Ogg files with tags; every tenth has a cover."""
    for suffix in (".mp3", ".flac", ".ogg"):
        for has_cover in (False, True):
            cover = picture(size=(300, 300)) if has_cover and suffix != ".ogg" else None
            template = folder / f"template{suffix}"
            write_audio(
                template, cover=cover, seconds=1, title="Title 000000", artist="Artist 000000", album="A"
            )
            content = template.read_bytes()
            template.unlink()
            for number in range(count):
                if (".mp3", ".flac", ".ogg")[number % 3] != suffix or (number % 10 == 0) != has_cover:
                    continue
                place = folder / f"{number // 100:04}"
                place.mkdir(exist_ok=True)
                own = content.replace(b"Title 000000", f"Title {number:06}".encode())
                own = own.replace(b"Artist 000000", f"Artist {number // 20:06}".encode())
                (place / f"{number}{suffix}").write_bytes(own)


def scan(folder: Path, data_folder: Path) -> Scans:
    environment = TuttiServer(environment={"MUSIC_DIRS": str(folder)}, data_folder=data_folder).environment
    prepare(environment)
    first = run_sampled(["manage.py", "scan_music"], environment)
    loop = run_sampled(["-c", PLAIN_LOOP, str(folder)], environment)
    return Scans(first, loop, again=run_sampled(["manage.py", "scan_music"], environment))
