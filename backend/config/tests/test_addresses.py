"""Settings that are addresses: what can't be taken apart is refused by name, and paths are paths."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

BACKEND = Path(__file__).resolve().parent.parent.parent


def checked(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` with these settings alone."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATA_DIR": str(tmp_path), **variables}
    command = [sys.executable, "manage.py", "migrate", "--check"]
    return subprocess.run(  # noqa: S603 - our own command
        command, cwd=BACKEND, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("CORS_ALLOWED_ORIGINS", "http://["),
        ("CORS_ALLOWED_ORIGINS", "http://a:99999"),
        ("REDIS_URL", "redis://["),
        ("REDIS_URL", "redis://h:99999/0"),
        ("DATABASE_URL", "postgresql://["),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "mysql://a/b"),
    ],
)
def test_an_address_that_is_none_is_refused_by_name(tmp_path, name, address):
    answer = checked(tmp_path, **{name: address})

    assert answer.returncode == 1
    assert name in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("folder", ["pä th #1", "what?", "100%25", "a;b"])
def test_the_database_is_in_its_folder_whatever_that_is_called(tmp_path, folder):
    checked(tmp_path / folder)

    assert (tmp_path / folder / "db.sqlite3").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder]


def test_no_hosts_at_all_are_the_usual_ones(monkeypatch):
    from config.environment import Environment

    monkeypatch.setenv("ALLOWED_HOSTS", "")
    environment = Environment(env_file=Path(os.devnull))
    assert environment.words("ALLOWED_HOSTS", ["localhost"], may_be_empty=False) == ["localhost"]
    assert settings.ALLOWED_HOSTS
