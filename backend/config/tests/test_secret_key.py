from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment

STARTERS = 8


@pytest.fixture
def environment(monkeypatch, tmp_path) -> Environment:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    return Environment(env_file=tmp_path / "none")


def test_the_variable_goes_before_the_file(environment, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "given")

    assert environment.secret_key("SECRET_KEY", file=tmp_path / "secret_key") == "given"
    assert not (tmp_path / "secret_key").exists()


def test_starts_at_the_same_moment_get_the_same_one(environment: Environment, tmp_path: Path):
    together = Barrier(STARTERS)

    def start() -> str:
        together.wait()
        return environment.secret_key("SECRET_KEY", file=tmp_path / "secret_key")

    with ThreadPoolExecutor(STARTERS) as pool:
        keys = [pool.submit(start) for _ in range(STARTERS)]
    assert len({key.result() for key in keys}) == 1


def test_no_place_for_it_is_told_without_showing_a_key(environment, tmp_path):
    environment.secret_key("SECRET_KEY", file=tmp_path / "missing" / "secret_key")

    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is not set, and .*secret_key cannot be used"):
        environment.finish()
