"""What the start says when it cannot go on: a sentence and an exit code, never a traceback."""

# ruff: noqa: S603 - the commands are the tests' own

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.server import Exit

BACKEND = Path(__file__).resolve().parents[2]


def start(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{
            "PATH": os.environ["PATH"],
            "ENV_FILE": os.devnull,
            "DATA_DIR": str(tmp_path / "data"),
            "PORT": "0",
        },
        **variables,
    }
    command = [sys.executable, "-m", "config.server", *arguments]
    return subprocess.run(command, cwd=BACKEND, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("HEARTBEAT_SECONDS", "0"), ("RATE_LIMIT_FACTOR", "-1"), ("DEBUG", "maybe")],
)
def test_nonsense_stops_the_start_and_names_the_variable(tmp_path, name, value):
    ended = start(tmp_path, **{name: value})

    assert ended.returncode == Exit.WRONG_SETTINGS
    assert name in ended.stderr
    assert value in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def test_what_the_command_line_says_is_checked_too(tmp_path):
    ended = start(tmp_path, "--port", "70000")

    assert ended.returncode == Exit.WRONG_SETTINGS
    assert "PORT must be a whole number from 0 to 65535 (it is '70000')" in ended.stderr


def test_a_database_that_does_not_answer_is_told_in_a_sentence(tmp_path):
    ended = start(tmp_path, DATABASE_URL="postgresql://ada:secret-word@127.0.0.1:1/tutti")

    assert ended.returncode == Exit.NO_DATABASE
    assert "PostgreSQL (DATABASE_URL) does not answer" in ended.stderr
    assert "secret-word" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_option_is_refused(tmp_path):
    ended = start(tmp_path, "--prot", "4000")

    assert ended.returncode == Exit.WRONG_SETTINGS
    assert "unrecognized arguments: --prot" in ended.stderr
