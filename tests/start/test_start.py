"""What a newcomer meets: ./start-daphne.sh in a fresh clone, then again."""

import fcntl
import os
import re
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from core.network import local_addresses
from tests.conftest import PreparedData
from tests.hosts import asked_for_room
from tests.services import ROOT
from tests.start.clone import Clone, bare_environment, copy_of_project
from tests.start.conftest import MakeClone, sources

# A first start installs everything.
pytestmark = pytest.mark.timeout(900)

LIBRARY_TRACKS = 35
QUEUED_ITEMS = 10


def get(clone: Clone, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{clone.base_url}{path}", headers=headers, timeout=30)


def test_a_first_start_serves_library_queue_and_web_app_and_prints_next_steps(first_start: Clone):
    assert get(first_start, "/api/health/live").status_code == 200
    assert get(first_start, "/api/health/ready").status_code == 200
    assert len(get(first_start, "/api/tracks/").json()) == LIBRARY_TRACKS
    for place in ("/", "/api/", "/api/docs/", "/admin/"):
        assert f"{first_start.base_url}{place}" in first_start.log
        assert httpx.get(f"{first_start.base_url}{place}", follow_redirects=True).status_code == 200
    for words in ("ws/playlist/", "embedded: SQLite", "Ctrl-C", "./start-daphne.sh --lan", "createsuperuser"):
        assert words in first_start.log
    assert str(first_start.project / "data") in first_start.log
    assert "Warning" not in first_start.log
    assert first_start.log.count("Adding sample tracks") == 1

    [script] = re.findall(
        r'<script type="module" crossorigin src="([^"]+)"', get(first_start, "/r/main").text
    )
    assert get(first_start, script).status_code == 200
    assert first_start.log.count("Building the web app") == 1


def test_stored_files_are_readable_by_their_owner_alone(first_start: Clone):
    with first_start.client() as http:  # something to log, and to write
        assert http.post("/api/page-errors/", json={"message": "it broke"}).status_code == 204
        assert http.post("/api/guests/", json={}).status_code == 201
    stored = [path for path in (first_start.project / "data").rglob("*") if path.is_file()]
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in stored}
    assert {"db.sqlite3", "db.sqlite3-wal", "secret_key", "django.log"} <= modes.keys()
    assert set(modes.values()) == {"0o600"}, modes


def test_a_first_start_stores_its_secret_and_listens_on_this_machine_only(first_start: Clone):
    key = first_start.data_folder / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text() not in first_start.log

    for address in local_addresses():
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://{address}:{first_start.port}/api/health/live")


@pytest.fixture
def own_data(prepared_data: PreparedData) -> str:
    """A folder of a test's own with the data of an earlier start."""
    return str(prepared_data.options("embedded")["data_folder"])


# Builds a page of a word: what is tested is that it is asked for, the real one has been built above.
QUICK_BUILD = """
import { writeFileSync } from "node:fs";
writeFileSync(`${process.argv[process.argv.indexOf("--out") + 1]}/index.html`, "prepared");
"""


@pytest.fixture
def quick_build(first_start: Clone) -> Iterator[Path]:
    """The folder of the page, which is again the former one behind the test."""
    frontend = first_start.project / "frontend"
    script, dist, kept = frontend / "scripts" / "build.mjs", frontend / "dist", frontend / "dist.kept"
    with sources(first_start, fcntl.LOCK_EX):
        real = script.read_text()
        script.write_text(QUICK_BUILD)
        dist.rename(kept)
        yield dist
        script.write_text(real)
        shutil.rmtree(dist)
        kept.rename(dist)


def test_prepare_builds_the_web_app(first_start: Clone, home: Path, own_data: str, quick_build: Path):
    ended = Clone(first_start.project, home, "--prepare", DATA_DIR=own_data).run()

    assert ended.returncode == 0, ended.stderr
    assert (quick_build / "index.html").read_text() == "prepared"
    assert "Building the web app" in ended.stderr
    assert get(first_start, "/").status_code == 200, "it gives the page that it has"


def test_a_user_other_than_root_can_start_their_own_clone(first_start: Clone):
    """It was the very first start, which installed everything."""
    if os.geteuid() == ROOT and not first_start.run_as:
        pytest.skip("no Python on this machine may be run by others than root")

    owners = [Path(f"/proc/{first_start.pid}"), first_start.data_folder / "secret_key"]
    assert {one.stat().st_uid for one in owners} == {first_start.project.stat().st_uid}
    assert ROOT not in {one.stat().st_uid for one in owners}


def test_the_port_of_a_running_tutti_is_reported(first_start: Clone, again: MakeClone):
    ended = again(PORT=str(first_start.port)).run()

    assert ended.returncode == 4
    assert f"Tutti is already running on port {first_start.port}" in ended.stderr
    assert f"PORT={first_start.port + 1} ./start-daphne.sh" in ended.stderr
    assert get(first_start, "/api/health/live").status_code == 200


def test_the_port_of_another_program_is_reported(again: MakeClone):
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = again("--port", str(other.getsockname()[1])).run()

    assert ended.returncode == 4
    assert "another program listens" in ended.stderr


def test_help_needs_no_environment(tmp_path: Path):
    project = copy_of_project(tmp_path / "tutti")

    ended = Clone(project, tmp_path, "--help").run()

    assert ended.returncode == 0
    assert "--lan" in ended.stdout
    assert not (project / ".venv").exists()


# --- Starting again ----------------------------------------------------------------------------------


def test_a_second_start_repeats_no_setup_and_keeps_changes(again: MakeClone, own_data: str):
    clone = again(DATA_DIR=own_data)
    clone.start()
    items = get(clone, "/api/playlist/").json()
    assert len(items) == QUEUED_ITEMS
    httpx.delete(f"{clone.base_url}/api/playlist/{items[0]['id']}/").raise_for_status()
    assert clone.stop() == 0
    assert clone.log.rstrip().endswith("Stopped.")

    clone.start()

    assert [item["id"] for item in get(clone, "/api/playlist/").json()] == [item["id"] for item in items[1:]]
    assert len(get(clone, "/api/tracks/").json()) == LIBRARY_TRACKS
    for words in ("Applying", "Adding sample tracks", "Installing", "Building", "Traceback"):
        assert words not in clone.log


def test_two_concurrent_first_starts_share_one_database(again: MakeClone, tmp_path: Path):
    new_data = str(tmp_path / "data")
    one, other = again(DATA_DIR=new_data), again(DATA_DIR=new_data)
    one.start_without_waiting()
    other.start_without_waiting()
    one.wait_until_ready()
    other.wait_until_ready()

    assert get(one, "/api/tracks/").json() == get(other, "/api/tracks/").json()
    assert len(get(one, "/api/playlist/").json()) == QUEUED_ITEMS
    with httpx.Client(base_url=one.base_url) as http:
        slug = asked_for_room(http, name="Both").json()["slug"]
    assert get(other, f"/api/rooms/{slug}/").status_code == 200


# --- Who gets in -------------------------------------------------------------------------------------


def test_lan_allows_the_machines_addresses_and_name(again: MakeClone, own_data: str):
    """Beside the hosts that the settings allow."""
    clone = again("--lan", DATA_DIR=own_data, ALLOWED_HOSTS="localhost,party.example")
    clone.start()
    name = socket.gethostname().split(".")[0].lower()

    for host in [*local_addresses(), name, f"{name}.local", "localhost", "party.example"]:
        assert get(clone, "/api/tracks/", Host=f"{host}:{clone.port}").status_code == 200
    assert get(clone, "/api/tracks/", Host="evil.example").status_code == 400
    for address in local_addresses():
        assert httpx.get(f"http://{address}:{clone.port}/api/health/live").status_code == 200
        assert f"http://{address}:{clone.port}/" in clone.log


def test_settings_are_read_from_the_env_file(
    first_start: Clone, again: MakeClone, own_data: str, tmp_path: Path
):
    (tmp_path / "settings").write_text("RATE_LIMIT_FACTOR=0\nMAX_QUEUE_ITEMS=10\n")
    clone = again(DATA_DIR=own_data, ENV_FILE=str(tmp_path / "settings"))
    clone.start()
    queued = {item["track_id"] for item in get(clone, "/api/playlist/").json()}
    free = next(track["id"] for track in get(clone, "/api/tracks/").json() if track["id"] not in queued)

    rejected = httpx.post(f"{clone.base_url}/api/playlist/", json={"track_id": free})

    assert rejected.json()["error"]["code"] == "QUEUE_FULL"
    assert "RATE_LIMIT_FACTOR=0" in clone.log


# --- Other ways --------------------------------------------------------------------------------------


def test_the_start_installs_the_requirements_of_the_backend(first_start: Clone, home: Path):
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
