import stat
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment


@pytest.fixture
def environment(monkeypatch, tmp_path) -> Environment:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    return Environment(env_file=tmp_path / "none")


def test_it_is_made_once_and_kept(environment, tmp_path):
    first = environment.secret_key("SECRET_KEY", file=tmp_path / "secret_key")
    again = environment.secret_key("SECRET_KEY", file=tmp_path / "secret_key")

    assert first == again
    assert len(first) >= 50


def test_only_its_owner_may_read_it(environment, tmp_path):
    environment.secret_key("SECRET_KEY", file=tmp_path / "secret_key")

    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_the_variable_goes_before_the_file(environment, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "given")

    assert environment.secret_key("SECRET_KEY", file=tmp_path / "secret_key") == "given"
    assert not (tmp_path / "secret_key").exists()


def test_starts_at_the_same_moment_get_the_same_one(environment, tmp_path):
    starters = 8
    together = threading.Barrier(starters)
    keys = []

    def start() -> None:
        together.wait()
        keys.append(environment.secret_key("SECRET_KEY", file=tmp_path / "secret_key"))

    threads = [threading.Thread(target=start) for _ in range(starters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == starters
    assert len(set(keys)) == 1


def test_no_place_for_it_is_told_without_showing_a_key(environment, tmp_path):
    environment.secret_key("SECRET_KEY", file=tmp_path / "missing" / "secret_key")

    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is not set, and .*secret_key cannot be used"):
        environment.finish()
