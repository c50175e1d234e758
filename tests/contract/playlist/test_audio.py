"""The library of files over HTTP: what a scan at the start has found, its covers, its bytes."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.audio_files import picture, write_audio
from tests.conftest import PreparedData, Size
from tests.contract.conftest import client_of, new_room
from tests.contract.error_checks import rejected
from tests.contract.payload_checks import check_track
from tests.processes import TuttiServer, unread_response, usage
from tests.services import wait_for

TYPES = {
    **{".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac", ".flac": "audio/flac"},
    **{".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav"},
}


class Music:
    """A server that was started with `--music`, its folder, and a room."""

    def __init__(self, http: httpx.Client, server: TuttiServer, folder: Path) -> None:
        self.http, self.server, self.folder = http, server, folder
        self.room = new_room(http)

    def track(self, title: str) -> dict[str, Any]:
        """As the library has it when its audio has been found."""
        tracks = wait_for(
            lambda: self.http.get("/api/tracks/", params={"search": title}).json(),
            lambda found: bool(found and found[0]["title"] == title and found[0]["has_audio"]),
        )
        return tracks[0]

    def item(self, title: str) -> dict[str, Any]:
        body = {"track_id": self.track(title)["id"]}
        response = self.http.post(f"/api/rooms/{new_room(self.http)}/playlist/", json=body)
        assert response.status_code == 201, response.text
        return {**response.json(), "room": response.request.url.path.split("/")[3]}

    def audio_of(self, item: dict[str, Any]) -> httpx.Response:
        return self.http.get(f"/api/rooms/{item['room']}/items/{item['id']}/audio/")

    def audio(self, title: str) -> dict[str, Any]:
        response = self.audio_of(self.item(title))
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture(scope="module")
def music(
    size: Size, prepared_data: PreparedData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Music]:
    folder = tmp_path_factory.mktemp("music")
    for suffix in TYPES:
        write_audio(folder / f"Ada - Format {suffix[1:]}{suffix}", title=f"Format {suffix[1:]}", artist="Ada")
    tags = {"title": "Gefühl", "artist": "Bo", "itunesadvisory": "1", "replaygain_track_gain": "+1.5 dB"}
    write_audio(folder / "a" / "tagged.flac", seconds=3, cover=picture(), **tags)
    # 14 MB: more than all buffers on the way to a client.
    for title in ("Long", "Cut"):
        write_audio(folder / f"{title}.wav", title=title, artist="Cem", seconds=1800)
    for title in ("Gone", "Linked", "Left"):
        write_audio(folder / "b" / f"{title}.mp3", title=title, artist="Cem")
    options = prepared_data.options(size)
    with TuttiServer(**options, arguments=("--music", str(folder))) as server, client_of(server) as http:
        yield Music(http, server, folder)


# --- The library -------------------------------------------------------------------------------------


@pytest.mark.both_sizes
def test_a_track_has_the_urls_of_its_audio_and_cover(music: Music):
    track = music.track("Gefühl")
    check_track(track)
    assert (track["artist"], track["duration_seconds"], track["explicit"]) == ("Bo", 3, True)
    (queen,) = music.http.get("/api/tracks/", params={"search": "bohemian rhapsody"}).json()
    assert (queen["has_audio"], queen["explicit"]) == (False, None)

    for pixels in (96, 300, 600):
        cover = music.http.get(track["cover_url"].replace("/300", f"/{pixels}"))
        assert cover.headers["Content-Type"] == "image/jpeg"
        assert cover.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert cover.content[:3] == b"\xff\xd8\xff"
    rejected(music.http.get(f"/api/covers/{'0' * 32}/300"), 404, "NOT_FOUND")
    rejected(music.http.get(track["cover_url"].replace("/300", "/301")), 404, "NOT_FOUND")

    content = (music.folder / "a" / "tagged.flac").read_bytes()
    audio = music.audio("Gefühl")
    assert {name: audio[name] for name in ("content_type", "bytes", "duration_ms", "gain_db")} == {
        **{"content_type": "audio/flac", "bytes": len(content), "duration_ms": 3000, "gain_db": 1.5}
    }
    assert audio["url"].startswith("/api/")
    # Enough by itself: no cookie, and no other identification.
    response = httpx.get(music.server.base_url + audio["url"])
    assert (response.status_code, response.content) == (200, content)
    assert response.headers["ETag"] == audio["etag"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_track_without_audio_has_none(music: Music):
    (queen,) = music.http.get("/api/tracks/", params={"search": "bohemian rhapsody"}).json()
    queue = f"/api/rooms/{music.room}/playlist/"
    item = music.http.post(queue, json={"track_id": queen["id"]}).json()
    rejected(music.audio_of({"room": music.room, **item}), 404, "NO_AUDIO")
    rejected(music.audio_of({"room": music.room, "id": 2**40}), 404, "NOT_FOUND")
    rejected(music.audio_of({"room": "no-such-room", **item}), 404, "NOT_FOUND")


def test_each_audio_format_has_its_media_type(music: Music):
    for suffix, content_type in TYPES.items():
        audio = music.audio(f"Format {suffix[1:]}")
        response = music.http.head(audio["url"])
        assert (response.status_code, response.content) == (200, b"")
        assert audio["content_type"] == response.headers["Content-Type"] == content_type
        assert int(response.headers["Content-Length"]) == audio["bytes"]


# --- Ranges ------------------------------------------------------------------------------------------


def test_a_range_returns_206_and_one_outside_of_the_file_416(music: Music):
    content = (music.folder / "Ada - Format wav.wav").read_bytes()
    audio, size = music.audio("Format wav"), len(content)

    def get(**headers: str) -> httpx.Response:
        return music.http.get(
            audio["url"], headers={"range" if k == "part" else k: v for k, v in headers.items()}
        )

    for part, expected in {"0-0": content[:1], "10-": content[10:], "-5": content[-5:]}.items():
        response = get(part=f"bytes={part}")
        assert (response.status_code, response.content) == (206, expected)
    assert get(part="bytes=5-99999999").headers["Content-Range"] == f"bytes 5-{size - 1}/{size}"
    for part in (f"{size}-", "-0", "0-1,5-6"):
        response = get(part=f"bytes={part}")
        rejected(response, 416, "RANGE_NOT_SATISFIABLE")
        assert response.headers["Content-Range"] == f"bytes */{size}"
    for nothing in ("bytes=2-1", "lines=1-2,5-6", f"bytes=0-{'9' * 5000}"):
        assert get(part=nothing).status_code == 200, nothing
    same = get(part="bytes=1-2", **{"if-range": audio["etag"]})
    assert (same.status_code, same.headers["Accept-Ranges"]) == (206, "bytes")
    assert get(part="bytes=1-2", **{"if-range": '"other"'}).content == content


# --- Who gets what -----------------------------------------------------------------------------------


@pytest.mark.both_sizes
def test_an_audio_url_is_invalid_after_the_item_left_or_with_another_signature(music: Music):
    item = music.item("Left")
    url = music.audio_of(item).json()["url"]
    assert music.http.get(url).status_code == 200
    of_a_guest = music.http.post("/api/guests/", json={}).json()["token"]  # signed for another purpose
    changed = (url[:-1], f"{url}x", f"{url}/", url.replace(":", "x", 1))
    for wrong in (*changed, *(f"/api/audio/{one}" for one in ("", "x", ":", "::", "é:a:b", of_a_guest))):
        response = music.http.get(wrong)
        assert response.status_code in {403, 404}, wrong
    rejected(music.http.get(f"/api/audio/{of_a_guest}"), 403, "PERMISSION_DENIED")
    rejected(music.http.get(f"{url}x"), 403, "PERMISSION_DENIED")

    music.http.delete(f"/api/rooms/{item['room']}/playlist/{item['id']}/")
    rejected(music.http.get(url), 403, "PERMISSION_DENIED")


def test_a_deleted_file_or_a_symbolic_link_is_not_sent(music: Music, tmp_path: Path):
    (tmp_path / "secret").write_bytes(b"secret")
    for title in ("Gone", "Linked"):
        item = music.item(title)
        url = music.audio_of(item).json()["url"]
        path = music.folder / "b" / f"{title}.mp3"
        path.unlink()
        if title == "Linked":
            path.symlink_to(tmp_path / "secret")
        rejected(music.http.get(url), 404, "NO_AUDIO")
        rejected(music.audio_of(item), 404, "NO_AUDIO")


# --- What a slow client costs ------------------------------------------------------------------------


def test_a_hundred_clients_that_do_not_read_use_no_thread_and_little_memory(music: Music):
    url = music.audio("Long")["url"]
    with ExitStack() as opened:
        opened.enter_context(closing(unread_response(music.server, url)))
        before = usage(music.server.pid)
        for _ in range(100):
            opened.enter_context(closing(unread_response(music.server, url)))
        # More than the places of requests: none is held.
        assert music.audio("Long")["bytes"] > 14_000_000
        after = usage(music.server.pid)
    # Four threads read files, and one more may serve requests.
    assert after["Threads"] - before["Threads"] <= 8
    assert after["VmRSS"] - before["VmRSS"] < 100 * 200


def test_open_audio_responses_count_as_connections_of_their_address(
    size: Size, prepared_data: PreparedData, tmp_path: Path
):
    write_audio(tmp_path / "Long.wav", title="Long", artist="Cem", seconds=1800)
    options = {**prepared_data.options(size), "rate_limit_factor": "5"}
    few = {"MAX_CONNECTIONS_PER_ADDRESS": "1"}  # five times as many
    started = TuttiServer(**options, arguments=("--music", str(tmp_path)), environment=few)
    with started as server, client_of(server) as http, ExitStack() as opened:
        music = Music(http, server, tmp_path)
        url = music.audio("Long")["url"]
        first, _ = (opened.enter_context(closing(unread_response(music.server, url))) for _ in range(2))
        rejected(http.get(url), 429, "RATE_LIMITED")
        first.close()
        wait_for(lambda: http.head(url).status_code == 200)


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(music: Music):
    url = music.audio("Cut")["url"]
    with closing(unread_response(music.server, url)) as client:
        os.truncate(music.folder / "Cut.wav", 100)
        client.settimeout(30)
        received = 0
        try:
            while piece := client.recv(1024 * 1024):
                received += len(piece)
        except ConnectionResetError:
            pass
    assert received < 14_000_000
