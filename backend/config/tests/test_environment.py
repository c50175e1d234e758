from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment

NO_FILE = Path("/dev/null")


@pytest.fixture
def environment() -> Environment:
    return Environment(env_file=NO_FILE)


def refusal(environment: Environment) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.finish()
    return str(caught.value)


def test_unset_variables_give_the_defaults(environment, monkeypatch, tmp_path):
    for name in ("NUMBER", "SHARE", "SWITCH", "LIST", "PLACE"):
        monkeypatch.delenv(name, raising=False)

    assert environment.integer("NUMBER", 5, least=0, most=9) == 5
    assert environment.decimal("SHARE", 0.5, least=0, most=1) == 0.5
    assert environment.flag("SWITCH", default=True) is True
    assert environment.words("LIST", ["a"]) == ["a"]
    assert environment.folder("PLACE", tmp_path / "new", base=tmp_path).is_dir()
    environment.finish()


@pytest.mark.parametrize("word", ["true", "1", "Yes", " on "])
def test_words_for_yes(environment, monkeypatch, word):
    monkeypatch.setenv("SWITCH", word)

    assert environment.flag("SWITCH", default=False) is True


@pytest.mark.parametrize("word", ["false", "0", "No", "off", ""])
def test_words_for_no(environment, monkeypatch, word):
    monkeypatch.setenv("SWITCH", word)

    assert environment.flag("SWITCH", default=True) is False


def test_words_are_trimmed_and_empty_ones_do_not_count(environment, monkeypatch):
    monkeypatch.setenv("LIST", " a, b,,c , ")

    assert environment.words("LIST", []) == ["a", "b", "c"]


@pytest.mark.parametrize("nonsense", ["many", "1.5", "-1", "10", "NaN", "∞"])
def test_nonsense_for_a_whole_number_is_refused_by_name(environment, monkeypatch, nonsense):
    monkeypatch.setenv("NUMBER", nonsense)

    environment.integer("NUMBER", 5, least=0, most=9)

    assert "NUMBER must be a whole number" in refusal(environment)
    assert nonsense in refusal(environment)


@pytest.mark.parametrize("nonsense", ["half", "nan", "inf", "-0.1", "1e3"])
def test_nonsense_for_a_number_is_refused_by_name(environment, monkeypatch, nonsense):
    monkeypatch.setenv("SHARE", nonsense)

    environment.decimal("SHARE", 0.5, least=0, most=1)

    assert "SHARE must be a number" in refusal(environment)


def test_nonsense_for_a_switch_is_refused_by_name(environment, monkeypatch):
    monkeypatch.setenv("SWITCH", "maybe")

    environment.flag("SWITCH", default=False)

    assert "SWITCH must be true or false (it is 'maybe')" in refusal(environment)


@pytest.mark.parametrize("origin", ["example.org", "ftp://example.org", "http://example.org/page", "*"])
def test_what_is_no_origin_is_refused_by_name(environment, monkeypatch, origin):
    monkeypatch.setenv("ORIGINS", f"http://fine.example, {origin}")

    environment.origins("ORIGINS", [])

    assert "ORIGINS must list origins" in refusal(environment)


def test_origins_lose_their_last_slash(environment, monkeypatch):
    monkeypatch.setenv("ORIGINS", "https://example.org/")

    assert environment.origins("ORIGINS", []) == ["https://example.org"]


@pytest.mark.parametrize("address", ["mysql://h/db", "nonsense", "postgresql://h:many/db"])
def test_what_is_no_database_is_refused_without_showing_its_password(environment, monkeypatch, address):
    monkeypatch.setenv("DATABASE_URL", address)

    environment.database("DATABASE_URL", {})

    told = refusal(environment)
    assert "DATABASE_URL" in told
    assert address not in told


def test_database_in_a_socket_folder(environment, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada@%2Frun%2Fpostgresql/tutti")

    assert environment.database("DATABASE_URL", {})["HOST"] == "/run/postgresql"


def test_redis_by_its_address_goes_before_its_host(environment, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://one:1/0, redis://two:2/0")
    monkeypatch.setenv("REDIS_HOST", "three")

    assert environment.redis_urls() == ["redis://one:1/0", "redis://two:2/0"]


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("", "", []),
        ("cache", "", ["redis://cache:6379/0"]),
        ("cache", "7000", ["redis://cache:7000/0"]),
        ("", "7000", ["redis://localhost:7000/0"]),
    ],
)
def test_redis_by_its_host_and_port(environment, monkeypatch, host, port, expected):
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("REDIS_HOST", host)
    monkeypatch.setenv("REDIS_PORT", port)

    assert environment.redis_urls() == expected


def test_what_is_no_redis_is_refused(environment, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "http://cache")

    environment.redis_urls()

    assert "REDIS_URL must start with redis://" in refusal(environment)


def test_folder_that_cannot_be_made_is_refused_by_name(environment, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", "file/below")

    environment.folder("DATA_DIR", tmp_path, base=tmp_path)

    told = refusal(environment)
    assert "DATA_DIR names" in told
    assert "which cannot be made" in told


def test_all_that_is_wrong_is_told_at_once(environment, monkeypatch):
    monkeypatch.setenv("NUMBER", "x")
    monkeypatch.setenv("SWITCH", "x")

    environment.integer("NUMBER", 5, least=0, most=9)
    environment.flag("SWITCH", default=False)

    told = refusal(environment)
    assert "NUMBER" in told
    assert "SWITCH" in told


def test_the_environment_goes_before_the_file(monkeypatch, tmp_path):
    monkeypatch.setenv("FROM_BOTH", "environment")
    monkeypatch.setenv("FROM_FILE", "to be removed again afterwards")
    monkeypatch.delenv("FROM_FILE")
    (tmp_path / ".env").write_text("FROM_BOTH=file\nFROM_FILE=file\n")

    environment = Environment(env_file=tmp_path / ".env")

    assert environment.text("FROM_BOTH") == "environment"
    assert environment.text("FROM_FILE") == "file"
