"""`./tutti`: the same commands by short words, a bar on a terminal, lines in a log, and how it ends."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from config.command_line import main
from tests.conftest import ReadyMadeData
from tests.preloaded import run_program
from tests.processes import BACKEND, PROJECT, READY, TuttiServer
from tests.start.clone import bare_environment

Run = Callable[..., subprocess.CompletedProcess[str]]
GATHERED = ["extract", "transform", "aggregate", "counts", "publish"]


@pytest.fixture
def environment(tmp_path: Path, ready_made_data: ReadyMadeData) -> dict[str, str]:
    data: Path = ready_made_data.options("embedded")["data_folder"]
    return bare_environment(tmp_path) | {"ENV_FILE": os.devnull, "DATA_DIR": str(data)}


@pytest.fixture
def tutti(environment: dict[str, str], tmp_path: Path) -> Run:
    """What the script hands its words to."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "config.command_line", *words]
        settings = environment | variables | {"PYTHONPATH": str(BACKEND)}
        return run_program(command, cwd=tmp_path, env=settings)

    return run


@pytest.fixture
def script(environment: dict[str, str], tmp_path: Path) -> Run:
    """From another folder, as somebody who has it on the PATH does."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(PROJECT / "tutti"), *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment | variables, capture_output=True, text=True
        )

    return run


def on_a_terminal(environment: dict[str, str], *words: str) -> str:
    """What somebody sees who types it."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen(
        [str(PROJECT / "tutti"), *words],
        env=environment | {"TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        seen = b"".join(all_of(ours))
    os.close(ours)
    assert process.returncode == 0, seen.decode()
    return seen.decode()


def all_of(terminal: int) -> Iterator[bytes]:
    with contextlib.suppress(OSError):  # Linux says so when the other side has gone
        while part := os.read(terminal, 65536):
            yield part


def record_a_failure(folder: Path) -> None:
    place = folder / "raw" / "spotify" / "pop"
    place.mkdir(parents=True)
    (place / "2026-03-01.json").write_text('{"error": {"status": 401, "message": "expired"}}')


def stages_told(text: str) -> list[str]:
    return re.findall(r"^(\w+): succeeded, \d+ in", text, re.MULTILINE)


def test_a_terminal_gets_a_bar_for_each_stage(tutti: Run, environment: dict[str, str], tmp_path: Path):
    environment["DATA_DIR"] = str(tmp_path / "new")
    assert tutti("db", "migrate").returncode == 0

    seen = on_a_terminal(environment, "etl", "run")

    for stage in ("extract", "transform", "aggregate"):
        assert re.search(rf"\r{stage}: +\d+%\|.*\| \d+/\d+", seen), seen
    assert stages_told(seen.replace("\r", "\n")) == GATHERED


def test_a_log_gets_plain_lines(tutti: Run):
    told = tutti("etl", "run")

    assert told.returncode == 0, told.stderr
    assert stages_told(told.stdout) == GATHERED
    assert "\r" not in told.stdout + told.stderr
    assert "\x1b" not in told.stdout + told.stderr
    assert re.findall(r"^extract: \d+ of (\d+)$", told.stderr, re.MULTILINE) == ["48"] * 4


def test_the_database_is_brought_up_to_date(script: Run, tutti: Run, tmp_path: Path):
    told = script("db", "migrate", DATA_DIR=str(tmp_path / "new"))

    assert told.returncode == 0, told.stderr
    assert "Applying charts.0001_initial" in told.stdout
    assert tutti("etl", "status", DATA_DIR=str(tmp_path / "new")).returncode == 0


def test_caches_are_cleared(tutti: Run):
    assert tutti("cache", "clear", "--prefix", "view_count:").returncode == 0
    told = tutti("cache", "clear", "--prefix", "everything")
    assert told.returncode == 1
    assert "view_count:" in told.stderr


def test_files_are_named_from_where_one_stands(script: Run, tmp_path: Path):
    record_a_failure(tmp_path / "recorded")
    told = script("etl", "run", "--from", "recorded", "--dry-run")
    assert (told.returncode, told.stdout) == (0, "1 editions, 0 new or different, 1 failed.\n")
    told = script("etl", "run", "--from", "elsewhere", "--stage", "extract")
    assert told.returncode == 1
    assert "elsewhere" in told.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "Usage"),
        (["sing"], "sing"),
        (["api"], "api start"),
        (["db", "drop"], "db migrate"),
        (["etl", "status", "--env"], "--env"),
        (["etl", "status", "--env", "nowhere"], ".env.nowhere"),
    ],
    ids=" ".join,
)
def test_words_that_make_no_sense_end_with_2(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
):
    """They are refused before anything else begins, so that no process is needed."""
    assert main(words) == 2
    assert named in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["etl", "run", "--stage", "dance"], "--stage"),
        (["etl", "run", "--stage", "extract", "--full-pipeline"], "exclude"),
        (["api", "start", "--nonsense"], "--nonsense"),
    ],
    ids=" ".join,
)
def test_options_that_make_no_sense_end_with_2(tutti: Run, words: list[str], named: str):
    told = tutti(*words)
    assert told.returncode == 2
    assert named in told.stderr


def test_settings_that_make_no_sense_end_with_2(tutti: Run):
    told = tutti("etl", "status", ETL_THREAD_COUNT="many")
    assert told.returncode == 2
    assert "ETL_THREAD_COUNT" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("words", [("etl", "run"), ("db", "migrate")], ids=" ".join)
def test_without_its_database_it_fails_in_words(tutti: Run, words: tuple[str, ...]):
    told = tutti(*words, DATABASE_URL="postgresql://tutti@127.0.0.1:9/tutti")
    assert told.returncode == 1
    assert "The database cannot be used" in told.stderr
    assert "Traceback" not in told.stderr


def test_while_another_run_goes_on_it_ends_with_4(tutti: Run, environment: dict[str, str]):
    with Path(environment["DATA_DIR"], "db.sqlite3.etl.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = tutti("etl", "run")
    assert told.returncode == 4
    assert "goes on" in told.stderr


def test_a_part_that_failed_ends_with_3(tutti: Run, tmp_path: Path):
    record_a_failure(tmp_path / "recorded")
    assert tutti("etl", "run", "--from", "recorded").returncode == 3
    told = tutti("etl", "run", "--from", "recorded", "--stage", "extract")
    assert told.returncode == 1, "nothing but what failed"
    assert "expired" in told.stderr


def test_settings_come_from_the_file_that_is_named(
    script: Run, tutti: Run, environment: dict[str, str], tmp_path: Path
):
    (tmp_path / "party.env").write_text("ETL_BATCH_SIZE=none\n")
    told = script("etl", "status", "--env", "party.env")
    assert told.returncode == 2
    assert "ETL_BATCH_SIZE" in told.stderr
    assert tutti("etl", "status", "--env=production").returncode == 0


class Started(TuttiServer):
    def _command(self) -> list[str]:
        return [str(PROJECT / "tutti"), "api", "start", "--env", "development"]


def test_the_server_starts_and_stops(environment: dict[str, str], tmp_path: Path):
    server = Started(data_folder=Path(environment["DATA_DIR"]), environment=environment)
    server.working_folder = tmp_path
    try:
        server.start()
        assert READY.search(server.log)
        assert httpx.get(f"{server.base_url}/api/charts/pop/", timeout=30).status_code == 200
        assert server._end(signal.SIGTERM) == 0
    finally:
        server.throw_away()
