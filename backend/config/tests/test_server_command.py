"""What the start says when it cannot go on: a sentence and an exit code, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.server import Exit

BACKEND = Path(__file__).resolve().parents[2]
NONSENSE = {"PORT": "http", "HEARTBEAT_SECONDS": "0", "RATE_LIMIT_FACTOR": "-1", "DEBUG": "maybe"}
NO_DATABASE = {"DATABASE_URL": "postgresql://ada:secret-word@127.0.0.1:1/tutti"}


def run(*command: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATA_DIR": str(data), "PORT": "0"}
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *command],
        cwd=BACKEND,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "told"),
    [
        ([], NONSENSE, Exit.WRONG_SETTINGS, [*NONSENSE, *map(repr, NONSENSE.values())]),
        (
            *(["--port", "70000"], {}, Exit.WRONG_SETTINGS),
            ["PORT must be a whole number from 0 to 65535 (it is '70000')"],
        ),
        ([], NO_DATABASE, Exit.NO_DATABASE, ["PostgreSQL (DATABASE_URL) does not answer"]),
        (["--prot", "4000"], {}, Exit.WRONG_SETTINGS, ["unrecognized arguments: --prot"]),
    ],
    ids=["settings", "command line", "database", "option"],
)
def test_what_stops_the_start_is_named(tmp_path, arguments, variables, code, told):
    ended = run("-m", "config.server", *arguments, data=tmp_path, **variables)

    assert ended.returncode == code
    assert [words for words in told if words not in ended.stderr] == []
    assert "secret-word" not in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def test_an_address_that_is_none_stops_a_command_too(tmp_path):
    ended = run("manage.py", "migrate", "--check", data=tmp_path, DATABASE_URL="mysql://a/b")

    assert ended.returncode == 1
    assert "DATABASE_URL" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_database_is_in_its_folder_whatever_that_is_called(tmp_path):
    folder = "pä th #1 what? 100%25 a;b"
    run("manage.py", "migrate", "--check", data=tmp_path / folder)

    assert (tmp_path / folder / "db.sqlite3").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder]
