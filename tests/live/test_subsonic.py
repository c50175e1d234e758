"""The songs of a real Subsonic server: imported as tracks, and their bytes passed on to listeners."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.audio_files import picture, write_audio
from tests.conftest import PreparedData
from tests.contract.conftest import client_of, new_room
from tests.contract.error_checks import rejected
from tests.preloaded import run_program
from tests.processes import BACKEND, TuttiServer, unread_response, usage
from tests.services import Service, wait_for

USER = "ada"
PROGRAM = Path(__file__).parent.parent / "supysonic_server.py"


class Supysonic(Service):
    """A server of the Subsonic protocol, with the audio files below `music`."""

    name = "Supysonic"

    def __init__(self) -> None:
        super().__init__()
        os.chown(self.folder, os.getuid(), os.getgid())  # it runs with this Python, as this user
        self.music = self.folder / "music"
        self.music.mkdir()
        self.password = secrets.token_hex(8)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _command(self) -> list[str]:
        os.environ["SUPYSONIC_PASSWORD"] = self.password
        return [sys.executable, str(PROGRAM), "serve", str(self.port), str(self.folder), str(self.music)]

    def _answering_pid(self) -> int | None:
        try:
            httpx.get(f"{self.url}/rest/ping.view", timeout=2)
            return int((self.folder / "pid").read_text())
        except (httpx.HTTPError, OSError, ValueError):
            return None

    def scan(self) -> None:
        command = [sys.executable, str(PROGRAM), "scan", str(self.folder), str(self.music)]
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "SUPYSONIC_PASSWORD": self.password}
        )
        assert done.returncode == 0, done.stderr


class Library:
    """A Tutti with a Subsonic server and a folder of its own."""

    def __init__(self, server: TuttiServer, http: httpx.Client, subsonic: Supysonic, folder: Path) -> None:
        self.server, self.http, self.subsonic, self.folder = server, http, subsonic, folder

    def manage(self, *words: str, exit_code: int = 0) -> str:
        command = [sys.executable, "manage.py", *words]
        done = run_program(command, cwd=BACKEND, env=self.server.environment)
        assert done.returncode == exit_code, done.stdout + done.stderr
        assert self.subsonic.password not in done.stdout + done.stderr
        return done.stdout or done.stderr

    def track(self, title: str) -> dict[str, Any]:
        (found,) = self.http.get("/api/tracks/", params={"search": title}).json()
        return found

    def audio(self, title: str) -> dict[str, Any]:
        room = new_room(self.http)
        item = self.http.post(
            f"/api/rooms/{room}/playlist/", json={"track_id": self.track(title)["id"]}
        ).json()
        response = self.http.get(f"/api/rooms/{room}/items/{item['id']}/audio/")
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def subsonic() -> Iterator[Supysonic]:
    with Supysonic() as running:
        yield running


@pytest.fixture
def library(
    prepared_data: PreparedData, subsonic: Supysonic, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("music")
    for title in ("Amber", "Bronze"):
        write_audio(
            subsonic.music / title / f"{title}.flac", title=title, artist="Ada", album=title, cover=picture()
        )
    write_audio(subsonic.music / "Both" / "both.mp3", title="Both", artist="Bo", album="Both", seconds=4)
    write_audio(folder / "both.flac", title="Both", artist="Bo", seconds=4)
    subsonic.scan()
    access = {"SUBSONIC_URL": subsonic.url, "SUBSONIC_USER": USER, "SUBSONIC_PASSWORD": subsonic.password}
    options = prepared_data.options("embedded")
    started = TuttiServer(**options, environment={**access, "MUSIC_DIRS": str(folder)})
    with started as server, client_of(server) as http:
        made = Library(server, http, subsonic, folder)
        made.manage("scan_music")
        assert (
            made.manage("import_subsonic") == "3 added, 0 changed, 0 unchanged, 0 removed, 0 not imported.\n"
        )
        yield made
        assert subsonic.password not in server.log


def test_songs_become_tracks_with_audio_of_the_same_bytes(library: Library):
    track = library.track("Amber")
    assert (track["artist"], track["album"], track["duration_seconds"]) == ("Ada", "Amber", 2)
    assert library.http.get(track["cover_url"]).content[:3] == b"\xff\xd8\xff"
    content = (library.subsonic.music / "Amber" / "Amber.flac").read_bytes()
    audio = library.audio("Amber")
    assert (audio["bytes"], audio["content_type"]) == (len(content), "audio/flac")
    whole = library.http.get(audio["url"])
    assert (whole.status_code, whole.content, whole.headers["ETag"]) == (200, content, audio["etag"])
    assert whole.headers["Content-Length"] == str(len(content))
    for part, expected in {"0-0": content[:1], "10-": content[10:], "-5": content[-5:]}.items():
        response = library.http.get(audio["url"], headers={"Range": f"bytes={part}"})
        assert (response.status_code, response.content) == (206, expected)
    rejected(
        library.http.get(audio["url"], headers={"Range": f"bytes={len(content)}-"}),
        416,
        "RANGE_NOT_SATISFIABLE",
    )
    other = library.http.get(audio["url"], headers={"Range": "bytes=1-2", "If-Range": '"other"'})
    assert other.content == content
    head = library.http.head(audio["url"])
    assert (head.headers["Content-Length"], head.content) == (str(len(content)), b"")


def test_unchanged_songs_are_not_written_again_and_deleted_ones_have_no_audio(library: Library):
    gone, new = library.subsonic.music / "Bronze" / "Bronze.flac", library.subsonic.music / "New" / "new.flac"
    assert library.track("Bronze")["has_audio"]
    gone.unlink()
    write_audio(new, title="Brand new", artist="Ada", album="New")
    library.subsonic.scan()
    assert (
        library.manage("import_subsonic") == "1 added, 0 changed, 2 unchanged, 1 removed, 0 not imported.\n"
    )
    assert not library.track("Bronze")["has_audio"]
    assert library.track("Brand new")["has_audio"]
    assert (
        library.manage("import_subsonic") == "0 added, 0 changed, 3 unchanged, 0 removed, 0 not imported.\n"
    )


def test_a_local_file_takes_precedence_until_it_is_gone(library: Library):
    local, remote = library.folder / "both.flac", library.subsonic.music / "Both" / "both.mp3"
    audio = library.audio("Both")
    assert library.http.get(audio["url"]).content == local.read_bytes()
    local.rename(library.folder / "both")
    try:
        assert library.http.get(library.audio("Both")["url"]).content == remote.read_bytes()
    finally:
        (library.folder / "both").rename(local)


def test_while_the_server_is_down_its_audio_returns_503(library: Library):
    url = library.server.base_url + library.audio("Amber")["url"]
    library.subsonic.stop()
    try:
        for _ in range(6):  # one more than open the circuit breaker
            response = httpx.get(url)
            rejected(response, 503, "UNAVAILABLE")
            assert int(response.headers["Retry-After"]) >= 1
        assert response.headers["Retry-After"] == "30"  # without asking
        output = library.manage("import_subsonic", exit_code=1)
        assert "does not return its songs: subsonic: unreachable" in output
    finally:
        library.subsonic.start()
    assert library.track("Amber")["has_audio"]


def numbered_tracks(library: Library) -> list[dict[str, Any]]:
    found = library.http.get("/api/tracks/", params={"search": "Number", "limit": 200}).json()
    return [track for track in found if track["artist"] == "Cem" and track["has_audio"]]


def has_stored_song(library: Library) -> bool:
    """Whether the first batch is complete: the songs are stored after all their tracks."""
    if not (tracks := numbered_tracks(library)):
        return False
    room = new_room(library.http)
    item = library.http.post(f"/api/rooms/{room}/playlist/", json={"track_id": tracks[0]["id"]}).json()
    wait_for(lambda: library.http.get(f"/api/rooms/{room}/items/{item['id']}/audio/").is_success)
    return True


def test_a_killed_import_is_continued_by_the_next_one(library: Library):
    for number in range(150):  # two albums fill the first batch; the rest of the import takes longer
        album = f"{number // 50 if number < 100 else number}"
        write_audio(
            library.subsonic.music / f"Album {album}" / f"{number}.mp3",
            title=f"Number {number}",
            artist="Cem",
            album=album,
        )
    library.subsonic.scan()
    command = [sys.executable, "manage.py", "import_subsonic"]
    with subprocess.Popen(
        command, cwd=BACKEND, env=library.server.environment, stderr=subprocess.DEVNULL
    ) as running:
        wait_for(lambda: has_stored_song(library))
        running.kill()
    added, changed, unchanged = re.findall(
        r"(\d+) (?:added|changed|unchanged)", library.manage("import_subsonic")
    )
    assert (int(added) + int(unchanged), changed) == (150 + 3, "0")
    assert int(unchanged) >= 100
    assert len(numbered_tracks(library)) == 150


def test_forty_listeners_that_take_nothing_cost_no_thread_and_little_memory(library: Library):
    write_audio(
        library.subsonic.music / "Long" / "long.wav", title="Long", artist="Cem", album="Long", seconds=1800
    )
    library.subsonic.scan()
    library.manage("import_subsonic")
    url = library.audio("Long")["url"]
    with ExitStack() as opened:
        opened.enter_context(closing(unread_response(library.server, url)))
        before = usage(library.server.pid)
        for _ in range(40):
            opened.enter_context(closing(unread_response(library.server, url)))
        after = usage(library.server.pid)
    assert after["Threads"] - before["Threads"] <= 8
    assert after["VmRSS"] - before["VmRSS"] < 40 * 512
