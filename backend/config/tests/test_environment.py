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


@pytest.mark.parametrize("given", ["https://api.example/v1", "https://api.example/v1/", ""])
def test_where_a_service_answers(environment, monkeypatch, given):
    monkeypatch.setenv("LAMPS_API_URL", given)

    assert environment.service_url("LAMPS_API_URL", "https://api.example/v1") == "https://api.example/v1"
    environment.finish()


@pytest.mark.parametrize(
    "address",
    ["api.example", "ftp://api.example", "https://", "https://me:p@ss@api.example", "https://a.example?p@ss"],
)
def test_what_is_no_address_of_a_service_is_refused_and_not_shown(environment, monkeypatch, address):
    monkeypatch.setenv("LAMPS_API_URL", address)

    environment.service_url("LAMPS_API_URL", "https://api.example")

    told = refusal(environment)
    assert "LAMPS_API_URL must be an http or https address" in told
    assert "p@ss" not in told


@pytest.mark.parametrize(("first", "other"), [("", ""), ("ada", "sesame")])
def test_what_goes_together_is_there_or_not(environment, monkeypatch, first, other):
    monkeypatch.setenv("LAMPS_ID", first)
    monkeypatch.setenv("LAMPS_SECRET", other)

    environment.all_or_none("LAMPS_ID", "LAMPS_SECRET")

    environment.finish()


@pytest.mark.parametrize(("given", "missing"), [("LAMPS_ID", "LAMPS_SECRET"), ("LAMPS_SECRET", "LAMPS_ID")])
def test_a_part_of_what_goes_together_stops_the_start(environment, monkeypatch, given, missing):
    monkeypatch.setenv(given, "sesame")
    monkeypatch.delenv(missing, raising=False)

    environment.all_or_none("LAMPS_ID", "LAMPS_SECRET")

    told = refusal(environment)
    assert f"{missing} is not set: LAMPS_ID and LAMPS_SECRET go together" in told
    assert "sesame" not in told


def test_host_names_are_in_lower_case(environment, monkeypatch):
    monkeypatch.setenv("HOSTS", "Covers.example, b-2.example,localhost")

    assert environment.host_names("HOSTS") == ["covers.example", "b-2.example", "localhost"]
    environment.finish()


@pytest.mark.parametrize(
    "name",
    [
        *("https://covers.example", "covers.example/x", "covers.example:80", "*", "*.example", "a b"),
        *("'unsafe-inline'", "a;script-src", "-a.example", "a..b", "bücher.example", "a" * 254, "a_b"),
    ],
)
def test_what_is_no_host_name_is_refused_by_name(environment, monkeypatch, name):
    monkeypatch.setenv("HOSTS", f"fine.example,{name}")

    environment.host_names("HOSTS")

    assert "HOSTS must list host names such as covers.example.org" in refusal(environment)


def test_a_refused_host_name_comes_with_one_of_the_kind_that_is_meant(environment, monkeypatch):
    monkeypatch.setenv("EMBED_HOSTS", "https://open.spotify.com")

    environment.host_names("EMBED_HOSTS", such_as="open.spotify.com")

    told = refusal(environment)
    assert "EMBED_HOSTS must list host names such as open.spotify.com, not 'https://open.spotify.com'" in told


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


# --- Values from files -------------------------------------------------------------------------------


def test_a_value_may_stand_in_a_file(environment, monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    environment.read_from_file("SECRET_KEY_FILE")

    assert environment.secret_key("SECRET_KEY", file=tmp_path / "unused") == "from the file"
    environment.finish()


def test_addresses_may_stand_in_files(environment, monkeypatch, tmp_path):
    (tmp_path / "redis").write_text("redis://a:1/0, redis://b:1/0")
    (tmp_path / "database").write_text("postgresql://ada:p%40ss@db/tutti")
    for name, file in {"REDIS_URL": "redis", "DATABASE_URL": "database"}.items():
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / file))
        environment.read_from_file(f"{name}_FILE")

    assert environment.redis_urls() == ["redis://a:1/0", "redis://b:1/0"]
    assert environment.database("DATABASE_URL", "sqlite:///x")["PASSWORD"] == "p@ss"
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


# --- Words and addresses -----------------------------------------------------------------------------


def test_a_word_among_others_is_taken_in_any_case(environment, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "debug")

    assert environment.one_of("LOG_LEVEL", "INFO", among=["DEBUG", "INFO"]) == "DEBUG"
    environment.finish()


def test_another_word_stops_the_start(environment, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "loud")

    environment.one_of("LOG_LEVEL", "INFO", among=["DEBUG", "INFO"])

    assert "LOG_LEVEL must be one of DEBUG, INFO (it is 'loud')" in refusal(environment)


@pytest.mark.parametrize(
    "address", ["errors.example", "https://errors.example/1", "https://key@errors", "x://k@h/1"]
)
def test_a_dsn_that_is_none_stops_the_start_and_is_not_shown(environment, monkeypatch, address):
    monkeypatch.setenv("SENTRY_DSN", address)

    environment.dsn("SENTRY_DSN", package="json", lock="x.txt")

    message = refusal(environment)
    assert "SENTRY_DSN must look like https://key@host/number" in message
    assert address not in message


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
                "EMAIL_HOST": "mail.example.org",
                "EMAIL_PORT": 587,
                "EMAIL_HOST_USER": "ada@example.org",
                "EMAIL_HOST_PASSWORD": "p@ss",
                "EMAIL_USE_TLS": True,
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


@pytest.mark.parametrize(
    "address",
    ["nonsense", "http://mail.example.org", "smtp://", "smtp+tls://:587", "filemail://", "smtp://p@ss:x"],
)
def test_what_is_no_mail_server_is_refused_without_showing_its_password(environment, monkeypatch, address):
    monkeypatch.setenv("EMAIL_URL", address)
    environment.mail("EMAIL_URL", "consolemail://")

    told = refusal(environment)

    assert "EMAIL_URL must" in told
    assert "p@ss" not in told
