"""`./tutti`: the same commands by short words, a bar on a terminal, lines in a log, and how it ends."""

import contextlib
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

from server.cli import main
from tests.conftest import PreparedData
from tests.preloaded import run_program
from tests.processes import BACKEND, PROJECT, READY, TuttiServer
from tests.start.clone import bare_environment

Run = Callable[..., subprocess.CompletedProcess[str]]
GATHERED = ["extract", "transform", "aggregate", "counts", "publish"]


@pytest.fixture
def environment(tmp_path: Path, prepared_data: PreparedData) -> dict[str, str]:
    data: Path = prepared_data.options("embedded")["data_folder"]
    return bare_environment(tmp_path) | {"ENV_FILE": os.devnull, "DATA_DIR": str(data)}


@pytest.fixture
def tutti(environment: dict[str, str], tmp_path: Path) -> Run:
    """What the script hands its words to."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "server.cli", *words]
        settings = environment | variables | {"PYTHONPATH": str(BACKEND)}
        return run_program(command, cwd=tmp_path, env=settings)

    return run


@pytest.fixture
def script(environment: dict[str, str], tmp_path: Path) -> Run:
    """From another folder, as when it is on the PATH."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(PROJECT / "tutti"), *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment | variables, capture_output=True, text=True
        )

    return run


def on_a_terminal(environment: dict[str, str], *words: str) -> str:
    """What the user sees."""
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


def stages_of(text: str) -> list[str]:
    return re.findall(r"^(\w+): succeeded, \d+ in", text, re.MULTILINE)


def test_a_new_database_gets_charts_with_a_bar_for_each_stage_on_a_terminal_and_plain_lines_in_a_log(
    script: Run, tutti: Run, environment: dict[str, str], tmp_path: Path
):
    environment["DATA_DIR"] = str(tmp_path / "new")
    made = script("db", "migrate")
    assert made.returncode == 0, made.stderr
    assert "Applying charts.0001_initial" in made.stdout

    seen = on_a_terminal(environment, "etl", "run")

    for stage in ("extract", "transform", "aggregate"):
        assert re.search(rf"\r{stage}: +\d+%\|.*\| \d+/\d+", seen), seen
    assert stages_of(seen.replace("\r", "\n")) == GATHERED

    reported = tutti("etl", "run")

    assert reported.returncode == 0, reported.stderr
    assert stages_of(reported.stdout) == GATHERED
    assert not {"\r", "\x1b"} & set(reported.stdout + reported.stderr)
    assert re.findall(r"^extract: \d+ of (\d+)$", reported.stderr, re.MULTILINE) == ["48"] * 4
    cleared = tutti("cache", "clear", "--prefix", "everything")
    assert (cleared.returncode, "view_count:" in cleared.stderr) == (1, True)


def test_paths_are_relative_to_the_current_folder(script: Run, tutti: Run, tmp_path: Path):
    place = tmp_path / "recorded" / "raw" / "spotify" / "pop"
    place.mkdir(parents=True)
    (place / "2026-03-01.json").write_text('{"error": {"status": 401, "message": "expired"}}')
    (tmp_path / "party.env").write_text("ETL_BATCH_SIZE=none\n")

    reported = script("etl", "run", "--from", "recorded", "--dry-run")
    assert (reported.returncode, reported.stdout) == (0, "1 editions, 0 new or changed, 1 failed.\n")
    reported = tutti("etl", "run", "--from", "elsewhere", "--stage", "extract")
    assert (reported.returncode, "elsewhere" in reported.stderr) == (1, True)
    reported = script("etl", "status", "--env", "party.env")
    assert (reported.returncode, "ETL_BATCH_SIZE" in reported.stderr) == (2, True)
    assert tutti("etl", "status", "--env=production").returncode == 0


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
def test_invalid_arguments_exit_with_2(words: list[str], named: str, capsys: pytest.CaptureFixture[str]):
    """They are rejected before anything else begins, so no process is needed."""
    assert main(words) == 2
    assert named in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("words", "variables", "code", "named"),
    [
        ("etl run --stage dance", {}, 2, "--stage"),
        ("etl run --stage extract --full-pipeline", {}, 2, "exclude"),
        ("api start --nonsense", {}, 2, "--nonsense"),
        ("etl status", {"ETL_THREAD_COUNT": "many"}, 2, "ETL_THREAD_COUNT"),
        ("db migrate", {"DATABASE_URL": "postgresql://tutti@127.0.0.1:9/tutti"}, 1, "cannot be used"),
    ],
)
def test_invalid_and_contradictory_options_are_explained(
    tutti: Run, words: str, variables: dict[str, str], code: int, named: str
):
    reported = tutti(*words.split(), **variables)
    assert (reported.returncode, "Traceback" in reported.stderr) == (code, False)
    assert named in reported.stderr


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
        server.delete_data()
