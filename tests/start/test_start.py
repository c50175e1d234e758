"""What a newcomer meets: ./start-daphne.sh in a fresh clone, then again."""

import re
import shutil
import socket
import stat
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from config.local_network import own_addresses
from tests.start.clone import Clone, bare_environment, copy_of_project
from tests.start.conftest import MakeClone

# A first start installs everything.
pytestmark = pytest.mark.timeout(900)

LIBRARY_TRACKS = 35
QUEUED_ITEMS = 10
QUICK_SECONDS = 15


def get(clone: Clone, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{clone.base_url}{path}", headers=headers, timeout=30)


def test_first_start_serves_the_seeded_library_and_queue(first_start: Clone):
    assert get(first_start, "/api/health/live").status_code == 200
    assert get(first_start, "/api/health/ready").status_code == 200
    assert len(get(first_start, "/api/tracks/").json()) == LIBRARY_TRACKS


def test_first_start_says_where_to_go_and_how_to_stop(first_start: Clone):
    for place in ("/", "/api/", "/api/docs/", "/admin/"):
        assert f"{first_start.base_url}{place}" in first_start.log
    for place in ("/", "/api/", "/api/docs/", "/admin/"):
        assert httpx.get(f"{first_start.base_url}{place}", follow_redirects=True).status_code == 200
    for words in ("ws/playlist/", "embedded: SQLite", "Ctrl-C", "./start-daphne.sh --lan", "createsuperuser"):
        assert words in first_start.log
    assert str(first_start.project / "data") in first_start.log
    assert "Warning" not in first_start.log


def test_first_start_builds_the_page_and_serves_it(first_start: Clone):
    page = get(first_start, "/r/main").text

    [script] = re.findall(r'<script type="module" crossorigin src="([^"]+)"', page)
    assert get(first_start, script).status_code == 200
    assert first_start.log.count("Building the page") == 1


def test_preparing_builds_the_page_too(first_start: Clone, again: MakeClone, tmp_path: Path):
    built = first_start.project / "frontend" / "dist" / "index.html"
    shutil.rmtree(built.parent)

    ended = again("--prepare", DATA_DIR=str(tmp_path / "data")).run()

    assert ended.returncode == 0, ended.stderr
    assert built.is_file()
    assert "Building the page" in ended.stderr
    assert get(first_start, "/").status_code == 200, "it gives the page that it has"


def test_secret_key_is_for_its_owner_alone(first_start: Clone):
    key = first_start.data_folder / "secret_key"

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text() not in first_start.log


def test_only_this_machine_is_listened_to(first_start: Clone):
    for address in own_addresses():
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://{address}:{first_start.port}/api/health/live")


def test_port_of_a_running_tutti_is_told(first_start: Clone, again: MakeClone):
    ended = again(PORT=str(first_start.port)).run()

    assert ended.returncode == 4
    assert f"Tutti is already running on port {first_start.port}" in ended.stderr
    assert f"PORT={first_start.port + 1} ./start-daphne.sh" in ended.stderr
    assert get(first_start, "/api/health/live").status_code == 200


def test_port_of_another_program_is_told(again: MakeClone):
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = again("--port", str(other.getsockname()[1])).run()

    assert ended.returncode == 4
    assert "another program listens" in ended.stderr


def test_nonsense_in_the_settings_is_told(again: MakeClone):
    ended = again(HEARTBEAT_SECONDS="often").run()

    assert ended.returncode == 2
    assert "HEARTBEAT_SECONDS must be a number (it is 'often')" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_needs_nothing(tmp_path: Path):
    project = copy_of_project(tmp_path / "tutti")

    ended = Clone(project, tmp_path, "--help").run()

    assert ended.returncode == 0
    assert "--lan" in ended.stdout
    assert not (project / ".venv").exists()


# --- Starting again ----------------------------------------------------------------------------------


@pytest.fixture
def own_data(first_start: Clone, tmp_path: Path) -> str:
    """A folder of a test's own for its data."""
    return str(tmp_path / "data")


def test_second_start_is_quick_and_keeps_what_was_changed(again: MakeClone, own_data: str):
    clone = again(DATA_DIR=own_data)
    clone.start()
    items = get(clone, "/api/playlist/").json()
    assert len(items) == QUEUED_ITEMS
    httpx.delete(f"{clone.base_url}/api/playlist/{items[0]['id']}/").raise_for_status()
    assert clone.stop() == 0

    begin = time.monotonic()
    clone.start()

    assert time.monotonic() - begin < QUICK_SECONDS
    assert [item["id"] for item in get(clone, "/api/playlist/").json()] == [item["id"] for item in items[1:]]
    assert len(get(clone, "/api/tracks/").json()) == LIBRARY_TRACKS
    assert clone.log.count("Adding the first tracks") == 1
    assert "Installing" not in clone.log
    assert "Building" not in clone.log


def test_being_told_to_stop_is_an_orderly_end(again: MakeClone, own_data: str):
    clone = again(DATA_DIR=own_data)
    clone.start()

    assert clone.stop() == 0
    assert clone.log.rstrip().endswith("Stopped.")
    assert "Traceback" not in clone.log


def test_two_first_starts_at_once_share_one_database(again: MakeClone, own_data: str):
    one, other = again(DATA_DIR=own_data), again(DATA_DIR=own_data)
    one.start_without_waiting()
    other.start_without_waiting()
    one.wait_until_ready()
    other.wait_until_ready()

    assert get(one, "/api/tracks/").json() == get(other, "/api/tracks/").json()
    assert len(get(one, "/api/playlist/").json()) == QUEUED_ITEMS


# --- Who gets in -------------------------------------------------------------------------------------


def test_lan_lets_in_by_the_machines_own_addresses_and_name(again: MakeClone, own_data: str):
    clone = again("--lan", DATA_DIR=own_data)
    clone.start()
    name = socket.gethostname().split(".")[0].lower()

    for host in [*own_addresses(), name, f"{name}.local", "localhost"]:
        assert get(clone, "/api/tracks/", Host=f"{host}:{clone.port}").status_code == 200
    assert get(clone, "/api/tracks/", Host="evil.example").status_code == 400
    for address in own_addresses():
        assert httpx.get(f"http://{address}:{clone.port}/api/health/live").status_code == 200
        assert f"http://{address}:{clone.port}/" in clone.log


def test_lan_keeps_the_hosts_that_were_allowed(again: MakeClone, own_data: str):
    clone = again("--lan", DATA_DIR=own_data, ALLOWED_HOSTS="party.example")
    clone.start()

    assert get(clone, "/api/tracks/", Host="party.example").status_code == 200
    assert get(clone, "/api/tracks/", Host="evil.example").status_code == 400


def test_settings_come_from_the_file_too(first_start: Clone, again: MakeClone, own_data: str, tmp_path: Path):
    (tmp_path / "settings").write_text("RATE_LIMIT_FACTOR=0\nMAX_QUEUE_ITEMS=10\n")
    clone = again(DATA_DIR=own_data, ENV_FILE=str(tmp_path / "settings"))
    clone.start()
    queued = {item["track_id"] for item in get(clone, "/api/playlist/").json()}
    free = next(track["id"] for track in get(clone, "/api/tracks/").json() if track["id"] not in queued)

    refused = httpx.post(f"{clone.base_url}/api/playlist/", json={"track_id": free})

    assert refused.json()["error"]["code"] == "QUEUE_FULL"
    assert "RATE_LIMIT_FACTOR=0" in clone.log


# --- Other ways --------------------------------------------------------------------------------------


def test_requirements_of_the_backend_are_what_the_start_installs(first_start: Clone, home: Path):
    pip = [str(first_start.project / ".venv/bin/python"), "-m", "pip", "install", "--dry-run", "--quiet"]

    done = subprocess.run(
        [*pip, "--report", "-", "-r", "requirements.txt"],
        cwd=first_start.project / "backend",
        env=bare_environment(home),
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert '"install": []' in done.stdout
