"""Settings from the environment: what each reader takes, and how it refuses what makes no sense."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import settings as plain_settings
from config.apps import mails_are_not_printed
from config.environment import Environment, default_mail

Read = Callable[[Environment, str], Any]


@pytest.fixture
def environment() -> Environment:
    return Environment(env_file=Path(os.devnull))


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


# --- One variable ------------------------------------------------------------------------------------

READERS: dict[str, Read] = {
    "off": lambda environment, name: environment.flag(name, default=False),
    "on": lambda environment, name: environment.flag(name, default=True),
    "integer": lambda environment, name: environment.integer(name, 5, least=0, most=9),
    "decimal": lambda environment, name: environment.decimal(name, 0.5, least=0, most=1),
    "words": lambda environment, name: environment.words(name, []),
    "hosts": lambda environment, name: environment.words(name, ["localhost"], may_be_empty=False),
    "origins": lambda environment, name: environment.origins(name, []),
    "service": lambda environment, name: environment.service_url(name, "https://api.example/v1"),
    "host names": lambda environment, name: environment.host_names(name),
    "players": lambda environment, name: environment.host_names(name, such_as="open.spotify.com"),
    "database": lambda environment, name: environment.database(name, {}),
    "Redis": lambda environment, name: environment.redis_urls(),
    "level": lambda environment, name: environment.one_of(name, "INFO", among=["DEBUG", "INFO"]),
    "dsn": lambda environment, name: environment.dsn(name, package="json", lock="x.txt"),
    "mail": lambda environment, name: environment.mail(name, "consolemail://"),
}


@pytest.mark.parametrize(
    ("reader", "given", "expected"),
    [
        *(("off", word, True) for word in ("true", "1", "Yes", " on ")),
        *(("on", word, False) for word in ("false", "0", "No", "off", "")),
        ("words", " a, b,,c , ", ["a", "b", "c"]),
        ("hosts", "", ["localhost"]),
        ("origins", "https://example.org/", ["https://example.org"]),
        *(
            ("service", given, "https://api.example/v1")
            for given in ("https://api.example/v1", "https://api.example/v1/", "")
        ),
        (
            "host names",
            "Covers.example, b-2.example,localhost",
            ["covers.example", "b-2.example", "localhost"],
        ),
        ("level", "debug", "DEBUG"),
    ],
)
def test_what_makes_sense_is_taken(environment, monkeypatch, reader: str, given: str, expected: object):
    monkeypatch.setenv("GIVEN", given)

    assert READERS[reader](environment, "GIVEN") == expected
    environment.finish()


WHOLE, NUMBER = "NUMBER must be a whole number", "SHARE must be a number"
ORIGIN, SERVICE = "ORIGINS must list origins", "LAMPS_API_URL must be an http or https address"
HOST = "HOSTS must list host names such as covers.example.org"
DSN = "SENTRY_DSN must look like https://key@host/number"


@pytest.mark.parametrize(
    ("reader", "given", "told"),
    [
        *(("integer", nonsense, WHOLE) for nonsense in ("many", "1.5", "-1", "10", "NaN", "∞")),
        *(("decimal", nonsense, NUMBER) for nonsense in ("half", "nan", "inf", "-0.1", "1e3")),
        ("off", "maybe", "SWITCH must be true or false (it is 'maybe')"),
        ("level", "loud", "LOG_LEVEL must be one of DEBUG, INFO (it is 'loud')"),
        *(
            ("origins", f"http://fine.example, {origin}", ORIGIN)
            for origin in ("example.org", "ftp://example.org", "http://example.org/page", "*")
        ),
        *(("origins", origin, ORIGIN) for origin in ("http://[", "http://a:99999")),
        *(("service", address, SERVICE) for address in ("api.example", "ftp://api.example", "https://")),
        *(
            ("service", address, SERVICE)
            for address in ("https://me:p@ss@a.example", "https://a.example?p@ss")
        ),
        *(
            ("host names", f"fine.example,{name}", HOST)
            for name in ("https://covers.example", "covers.example/x")
        ),
        *(
            ("host names", f"fine.example,{name}", HOST)
            for name in ("covers.example:80", "*", "*.example", "a b")
        ),
        *(
            ("host names", f"fine.example,{name}", HOST)
            for name in ("'unsafe-inline'", "a;script-src", "a" * 254)
        ),
        *(
            ("host names", f"fine.example,{name}", HOST)
            for name in ("-a.example", "a..b", "bücher.example", "a_b")
        ),
        (
            *("players", "https://open.spotify.com"),
            "EMBED_HOSTS must list host names such as open.spotify.com, not 'https://open.spotify.com'",
        ),
        *(
            ("database", address, "DATABASE_URL ")
            for address in ("mysql://ada:p@ss@h/db", "nonsense", "postgresql://ada:p@ss@h:many/db")
        ),
        *(("database", address, "DATABASE_URL ") for address in ("postgresql://[", "postgresql://")),
        *(
            ("Redis", address, "REDIS_URL must start with redis://")
            for address in ("http://cache", "redis://[", "redis://h:99999/0")
        ),
        *(("dsn", address, DSN) for address in ("errors.example", "https://errors.example/1")),
        *(("dsn", address, DSN) for address in ("https://key@errors", "x://k@h/1")),
        *(
            ("mail", address, "EMAIL_URL must")
            for address in ("nonsense", "http://mail.example.org", "smtp://")
        ),
        *(
            ("mail", address, "EMAIL_URL must")
            for address in ("smtp+tls://:587", "filemail://", "smtp://p@ss:x")
        ),
    ],
)
def test_nonsense_is_refused_by_name_and_only_what_is_no_secret_is_shown(
    environment, monkeypatch, reader: str, given: str, told: str
):
    name = told.split(" ", 1)[0]
    monkeypatch.setenv(name, given)

    READERS[reader](environment, name)

    message = refusal(environment)
    assert told in message
    assert (f"(it is {given!r})" in message) == (not name.endswith(("_URL", "_DSN")))
    assert "p@ss" not in message


def test_a_dsn_without_its_package_says_how_to_get_it(environment, monkeypatch):
    monkeypatch.setenv("SENTRY_DSN", "https://key@errors.example/1")

    environment.dsn("SENTRY_DSN", package="no_such_package", lock="requirements/sentry.txt")

    assert "SENTRY_DSN needs another package: .venv/bin/python -m pip install -r requirements/sentry.txt" in (
        refusal(environment)
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
        ("filemail:////var/spool/tutti", {"EMAIL_FILE_PATH": "/var/spool/tutti"}),
        (
            "smtp+tls://ada%40example.org:p%40ss@mail.example.org:587",
            {
                **{"EMAIL_HOST": "mail.example.org", "EMAIL_PORT": 587, "EMAIL_USE_TLS": True},
                **{"EMAIL_HOST_USER": "ada@example.org", "EMAIL_HOST_PASSWORD": "p@ss"},
            },
        ),
        ("smtp+ssl://mail.example.org", {"EMAIL_USE_SSL": True, "EMAIL_PORT": None}),
    ],
)
def test_where_mail_goes(environment, monkeypatch, address, expected):
    monkeypatch.setenv("EMAIL_URL", address)

    mail = environment.mail("EMAIL_URL", "consolemail://")

    environment.finish()
    assert {name: mail[name] for name in expected} == expected


@pytest.mark.parametrize(("is_terminal", "expected"), [(True, "console"), (False, "dummy")])
def test_mails_with_their_tokens_are_shown_on_a_terminal_alone(monkeypatch, is_terminal, expected):
    """What is no terminal may be kept: docker logs, journald, a file."""
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: is_terminal))
    monkeypatch.delenv("EMAIL_URL", raising=False)
    found = Environment(env_file=Path(os.devnull)).mail("EMAIL_URL", default_mail())
    assert found["EMAIL_BACKEND"] == f"django.core.mail.backends.{expected}.EmailBackend"


def test_no_other_origin_may_write_by_itself():
    """Any program of this machine could serve a page at port 3000; DEBUG allows that one."""
    assert (plain_settings.DEBUG, plain_settings.CORS_ALLOWED_ORIGINS) == (False, [])


def test_a_check_says_that_mails_are_printed(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert [one.id for one in mails_are_not_printed()] == ["tutti.W001"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert mails_are_not_printed() == []


def test_database_in_a_socket_folder(environment, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada@%2Frun%2Fpostgresql/tutti")

    assert environment.database("DATABASE_URL", {})["HOST"] == "/run/postgresql"


def test_folder_that_cannot_be_made_is_refused_by_name(environment, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", "file/below")

    environment.folder("DATA_DIR", tmp_path, base=tmp_path)

    told = refusal(environment)
    assert "DATA_DIR names" in told
    assert "which cannot be made" in told


# --- Several variables -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "other", "missing"),
    [("", "", None), ("ada", "sesame", None), ("sesame", "", "LAMPS_SECRET"), ("", "sesame", "LAMPS_ID")],
)
def test_a_part_of_what_goes_together_stops_the_start(environment, monkeypatch, first, other, missing):
    monkeypatch.setenv("LAMPS_ID", first)
    monkeypatch.setenv("LAMPS_SECRET", other)

    environment.all_or_none("LAMPS_ID", "LAMPS_SECRET")

    if missing is None:
        environment.finish()
        return
    told = refusal(environment)
    assert f"{missing} is not set: LAMPS_ID and LAMPS_SECRET go together" in told
    assert "sesame" not in told


@pytest.mark.parametrize(
    ("urls", "host", "port", "expected"),
    [
        ("redis://one:1/0, redis://two:2/0", "three", "", ["redis://one:1/0", "redis://two:2/0"]),
        ("", "", "", []),
        ("", "cache", "", ["redis://cache:6379/0"]),
        ("", "cache", "7000", ["redis://cache:7000/0"]),
        ("", "", "7000", ["redis://localhost:7000/0"]),
    ],
)
def test_redis_by_its_address_else_by_its_host_and_port(environment, monkeypatch, urls, host, port, expected):
    for name, given in {"REDIS_URL": urls, "REDIS_HOST": host, "REDIS_PORT": port}.items():
        monkeypatch.setenv(name, given)

    assert environment.redis_urls() == expected


def test_all_that_is_wrong_is_told_together(environment, monkeypatch):
    monkeypatch.setenv("NUMBER", "x")
    monkeypatch.setenv("SWITCH", "x")

    environment.integer("NUMBER", 5, least=0, most=9)
    environment.flag("SWITCH", default=False)

    told = refusal(environment)
    assert "NUMBER" in told
    assert "SWITCH" in told


# --- Values from files -------------------------------------------------------------------------------


def test_the_environment_goes_before_the_file(monkeypatch, tmp_path):
    monkeypatch.setenv("FROM_BOTH", "environment")
    monkeypatch.setenv("FROM_FILE", "to be removed again afterwards")
    monkeypatch.delenv("FROM_FILE")
    (tmp_path / ".env").write_text("FROM_BOTH=file\nFROM_FILE=file\n")

    environment = Environment(env_file=tmp_path / ".env")

    assert environment.text("FROM_BOTH") == "environment"
    assert environment.text("FROM_FILE") == "file"


def test_values_may_stand_in_files(environment, monkeypatch, tmp_path):
    contents = {
        **{"SECRET_KEY": "from the file\n", "REDIS_URL": "redis://a:1/0, redis://b:1/0"},
        "DATABASE_URL": "postgresql://ada:p%40ss@db/tutti",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
        environment.read_from_file(f"{name}_FILE")

    assert environment.secret_key("SECRET_KEY", file=tmp_path / "unused") == "from the file"
    assert environment.redis_urls() == ["redis://a:1/0", "redis://b:1/0"]
    assert environment.database("DATABASE_URL", {})["PASSWORD"] == "p@ss"
    environment.finish()


@pytest.mark.parametrize(
    ("content", "also_set", "reason"),
    [
        (None, "", "cannot be read: No such file or directory"),
        (" \n", "", "is empty"),
        ("a", "b", "and METRICS_TOKEN are both set"),
    ],
)
def test_a_file_that_makes_no_sense_stops_the_start(
    environment, monkeypatch, tmp_path, content, also_set, reason
):
    if content is not None:
        (tmp_path / "token").write_text(content)
    monkeypatch.setenv("METRICS_TOKEN", also_set)
    monkeypatch.setenv("METRICS_TOKEN_FILE", str(tmp_path / "token"))

    environment.read_from_file("METRICS_TOKEN_FILE")

    assert f"METRICS_TOKEN_FILE {reason}" in refusal(environment)
