"""Settings from the environment, `.env` and files: valid values, and rejection of invalid ones."""

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import settings as plain_settings
from config.apps import mails_are_not_printed
from config.environment import Environment, default_mail

Read = Callable[[Environment, str], Any]
PROJECT = Path(__file__).resolve().parents[3]
STARTERS = 8


@pytest.fixture
def environment() -> Environment:
    return Environment(env_file=Path(os.devnull))


def rejection(environment: Environment) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.finish()
    return str(caught.value)


# --- One variable ------------------------------------------------------------------------------------

READERS: dict[str, Read] = {
    "off": lambda environment, name: environment.flag(name, default=False),
    "on": lambda environment, name: environment.flag(name, default=True),
    "integer": lambda environment, name: environment.integer(name, 5, least=0, most=9),
    "decimal": lambda environment, name: environment.decimal(name, 0.5, least=0, most=1),
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
        *(("hosts", " a, b,,c , ", ["a", "b", "c"]), ("hosts", "", ["localhost"])),
        ("origins", "https://example.org/", ["https://example.org"]),
        *(("service", url, "https://api.example/v1") for url in ("https://api.example/v1/", "")),
        ("host names", "Covers.example, b-2.example", ["covers.example", "b-2.example"]),
        ("level", "debug", "DEBUG"),
    ],
)
def test_valid_values_are_accepted(environment, monkeypatch, reader: str, given: str, expected: object):
    monkeypatch.setenv("GIVEN", given)
    assert READERS[reader](environment, "GIVEN") == expected
    environment.finish()


NONSENSE: dict[tuple[str, str], list[str]] = {
    ("integer", "NUMBER must be a whole number"): ["many", "1.5", "-1", "10", "NaN", "∞"],
    ("decimal", "SHARE must be a number"): ["half", "nan", "inf", "-0.1", "1e3"],
    ("off", "SWITCH must be true or false (it is 'maybe')"): ["maybe"],
    ("level", "LOG_LEVEL must be one of DEBUG, INFO (it is 'loud')"): ["loud"],
    ("origins", "ORIGINS must list origins"): [
        *(f"http://fine.example, {origin}" for origin in ("example.org", "ftp://example.org", "*")),
        *("http://example.org/page", "http://[", "http://a:99999"),
    ],
    ("service", "LAMPS_API_URL must be an http or https URL"): [
        *("api.example", "ftp://api.example", "https://"),
        *("https://me:p@ss@a.example", "https://a.example?p@ss"),
    ],
    ("host names", "HOSTS must list host names such as covers.example.org"): [
        *("https://covers.example", "fine.example,covers.example/x", "covers.example:80", "*", "*.example"),
        *("a b", "'unsafe-inline'", "a;script-src", "a" * 254, "-a.example", "a..b", "bücher.example", "a_b"),
    ],
    ("players", "EMBED_HOSTS must list host names such as open.spotify.com, not 'x/'"): ["x/"],
    ("database", "DATABASE_URL "): [
        *("mysql://ada:p@ss@h/db", "nonsense", "postgresql://ada:p@ss@h:many/db", "postgresql://["),
        "postgresql://",
    ],
    ("Redis", "REDIS_URL must start with redis://"): ["http://cache", "redis://[", "redis://h:99999/0"],
    ("dsn", "SENTRY_DSN must look like https://key@host/number"): [
        *("errors.example", "https://errors.example/1", "https://key@errors", "x://k@h/1"),
    ],
    ("mail", "EMAIL_URL must"): [
        *(
            "nonsense",
            "http://mail.example.org",
            "smtp://",
            "smtp+tls://:587",
            "filemail://",
            "smtp://p@ss:x",
        ),
    ],
}


@pytest.mark.parametrize(
    ("reader", "expected", "given"),
    [(reader, expected, given) for (reader, expected), all_of_it in NONSENSE.items() for given in all_of_it],
)
def test_invalid_values_are_rejected_by_name_and_secrets_are_not_shown(
    environment, monkeypatch, reader: str, given: str, expected: str
):
    name = expected.split(" ", 1)[0]
    monkeypatch.setenv(name, given)
    READERS[reader](environment, name)
    message = rejection(environment)
    assert expected in message
    assert (f"(it is {given!r})" in message) == (not name.endswith(("_URL", "_DSN")))
    assert "p@ss" not in message


def test_a_dsn_without_its_package_reports_how_to_install_it(environment, monkeypatch):
    monkeypatch.setenv("SENTRY_DSN", "https://key@errors.example/1")
    environment.dsn("SENTRY_DSN", package="no_such_package", lock="requirements/sentry.txt")
    how = "SENTRY_DSN needs another package: .venv/bin/python -m pip install -r requirements/sentry.txt"
    assert how in rejection(environment)


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
def test_mail_backends(environment, monkeypatch, address, expected):
    monkeypatch.setenv("EMAIL_URL", address)
    mail = environment.mail("EMAIL_URL", "consolemail://")
    environment.finish()
    assert {name: mail[name] for name in expected} == expected


@pytest.mark.parametrize(("is_terminal", "expected"), [(True, "console"), (False, "dummy")])
def test_mails_are_printed_only_on_a_terminal(
    monkeypatch, environment, settings, is_terminal: bool, expected: str
):
    """Other output may be stored: docker logs, journald, a file. A check warns of printed mails."""
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: is_terminal))
    monkeypatch.delenv("EMAIL_URL", raising=False)
    found = environment.mail("EMAIL_URL", default_mail())["EMAIL_BACKEND"]
    settings.EMAIL_BACKEND = found
    assert found == f"django.core.mail.backends.{expected}.EmailBackend"
    assert [one.id for one in mails_are_not_printed()] == (["tutti.W001"] if is_terminal else [])


def test_other_origins_are_not_allowed_by_default():
    """Any program of this machine could serve a page at port 3000; DEBUG allows that one."""
    assert (plain_settings.DEBUG, plain_settings.CORS_ALLOWED_ORIGINS) == (False, [])


def test_database_in_a_socket_folder(environment, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada@%2Frun%2Fpostgresql/tutti")
    assert environment.database("DATABASE_URL", {})["HOST"] == "/run/postgresql"


def test_a_folder_that_cannot_be_created_is_rejected_by_name(environment, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", "file/below")
    environment.folder("DATA_DIR", tmp_path, base=tmp_path)
    message = rejection(environment)
    assert "DATA_DIR names" in message
    assert "which cannot be created" in message


# --- Several variables -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "other", "missing"),
    [("", "", None), ("ada", "sesame", None), ("sesame", "", "LAMPS_SECRET"), ("", "sesame", "LAMPS_ID")],
)
def test_incomplete_groups_of_settings_are_rejected(environment, monkeypatch, first, other, missing):
    monkeypatch.setenv("LAMPS_ID", first)
    monkeypatch.setenv("LAMPS_SECRET", other)
    environment.all_or_none("LAMPS_ID", "LAMPS_SECRET")
    if missing is None:
        environment.finish()
        return
    message = rejection(environment)
    assert f"{missing} is not set: LAMPS_ID and LAMPS_SECRET go together" in message
    assert "sesame" not in message


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
def test_redis_by_its_url_otherwise_by_host_and_port(environment, monkeypatch, urls, host, port, expected):
    for name, given in {"REDIS_URL": urls, "REDIS_HOST": host, "REDIS_PORT": port}.items():
        monkeypatch.setenv(name, given)
    assert environment.redis_urls() == expected


# --- Values from files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["MAX_QUEUE_ITEMS = 5", "MAX_QUEUE_ITEMS =5", "PORT: 4000", "PORT", "=5", "A B=1"]
)
def test_an_invalid_line_of_env_is_rejected_by_its_number(tmp_path, line: str):
    """Invalid lines are not ignored."""
    (tmp_path / "settings").write_text(f"# a comment\n\n{line}\n")
    with pytest.raises(ImproperlyConfigured, match="line 3"):
        Environment(env_file=tmp_path / "settings").finish()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        *(("TUTTI_A=5", "5"), ('TUTTI_A="a b"', "a b"), ("export TUTTI_A=5", "5")),
        *(("TUTTI_A=", ""), ("  # nothing", None), ("TUTTI_A='x=y'", "x=y")),
    ],
)
def test_valid_lines_are_read_and_the_environment_takes_precedence(tmp_path, line, value, monkeypatch):
    monkeypatch.setenv("TUTTI_A", "")  # so that it is restored
    monkeypatch.delenv("TUTTI_A")
    monkeypatch.setenv("TUTTI_B", "environment")
    (tmp_path / "settings").write_text(f"{line}\nTUTTI_B=file\n")
    Environment(env_file=tmp_path / "settings").finish()
    assert (os.environ.get("TUTTI_A"), os.environ["TUTTI_B"]) == (value, "environment")


def test_values_from_files(environment, monkeypatch, tmp_path):
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
    assert not (tmp_path / "unused").exists()
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
def test_invalid_files_are_rejected(environment, monkeypatch, tmp_path, content, also_set, reason):
    if content is not None:
        (tmp_path / "token").write_text(content)
    monkeypatch.setenv("METRICS_TOKEN", also_set)
    monkeypatch.setenv("METRICS_TOKEN_FILE", str(tmp_path / "token"))
    environment.read_from_file("METRICS_TOKEN_FILE")
    assert f"METRICS_TOKEN_FILE {reason}" in rejection(environment)


# --- The secret key ----------------------------------------------------------------------------------


def test_concurrent_starts_get_the_same_key(environment, monkeypatch, tmp_path: Path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    together = Barrier(STARTERS)

    def start() -> str:
        together.wait()
        key: str = environment.secret_key("SECRET_KEY", file=tmp_path / "secret_key")
        return key

    with ThreadPoolExecutor(STARTERS) as pool:
        keys = [pool.submit(start) for _ in range(STARTERS)]
    assert len({key.result() for key in keys}) == 1


def test_an_unwritable_folder_is_reported_without_the_key(environment, monkeypatch, tmp_path: Path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    environment.secret_key("SECRET_KEY", file=tmp_path / "missing" / "secret_key")
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is not set, and .*secret_key cannot be used"):
        environment.finish()


# --- `.env.example` ----------------------------------------------------------------------------------

READ = re.compile(r'(?:environment|self)\.[a-z_]+\(\s*"([A-Z][A-Z_]+)"|os\.environ(?:\.get\(|\[)"([A-Z_]+)"')
WRITTEN = re.compile(r"^#([A-Z_]+)=", re.MULTILINE)
EXAMPLE = (PROJECT / ".env.example").read_text()


def test_the_example_contains_exactly_all_settings():
    sources = ((PROJECT / "backend/config" / name).read_text() for name in ("settings.py", "environment.py"))
    names = {first or second for source in sources for first, second in READ.findall(source)}
    assert {"PORT", "SECRET_KEY", "REDIS_URL", "REDIS_PORT", "ENV_FILE", "DATABASE_POOL_SIZE"} <= names
    assert set(WRITTEN.findall(EXAMPLE)) == names


def test_every_setting_has_a_comment_above_it():
    lines = EXAMPLE.splitlines()
    explained = [above for above, line in pairwise(lines) if WRITTEN.match(line)]
    assert explained
    for above in explained:
        assert above.startswith("# "), above
        assert "Default: " in above, above
    assert [line for line in lines if line and not line.startswith("#")] == []
