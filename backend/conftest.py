"""Fixtures of every unit test: a process without state of the previous test, which notifies no worker."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.layers import channel_layers
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from apps.jobs.services import set_worker_notifier
from apps.realtime.selectors import clear_cached_states
from core.tests.clocks import FakeClock

# A database behind an example makes times vary, and fixtures of a test serve all of its examples.
# What they are drawn from is the same on both sizes: PostgreSQL gets fewer.
settings.register_profile(
    "unit",
    deadline=None,
    max_examples=12 if django_settings.REDIS_URLS else 50,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# For `make quick`; the complete run tries all examples.
settings.register_profile("quick", settings.get_profile("unit"), max_examples=10)
settings.load_profile("unit")

# As the server does it: beside other tests, more threads of one computation would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A busy machine must not make Redis appear unavailable. Of a slow Redis: tests/faults/test_slow_redis.
if django_settings.REDIS_URLS:
    patience = {"socket_timeout": 20.0, "socket_connect_timeout": 20.0}
    django_settings.CACHES["default"]["OPTIONS"] = patience


# The last one is what fixtures of our own ask for that unblock the database themselves.
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup"}


def pytest_addoption(parser: pytest.Parser) -> None:
    said = "only tests that use one, or none; or on PostgreSQL those marked one_database, too"
    parser.addoption("--database", choices=("with", "without", "all"), help=said)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL and Redis only those run that use either: no other could come out differently there."""
    chosen = config.getoption("--database")
    if not is_selection(config):
        check_cases(items)
    if chosen in ("with", "without"):
        left_out = [item for item in items if uses_database(item) != (chosen == "with")]
    elif django_settings.REDIS_URLS:
        left_out = [item for item in items if not may_differ(item, is_long=chosen == "all")]
    else:
        return
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def is_selection(config: pytest.Config) -> bool:
    """Whether some cases of a test may have been left out on purpose."""
    option = config.option
    is_filtered = option.keyword or option.markexpr or config.getoption("lf", default=None)
    return bool(is_filtered) or any("::" in path for path in config.args)


def check_cases(items: list[pytest.Item]) -> None:
    """Raises UsageError where `one_database` names a case that does not exist, and so would not run."""
    named: dict[str, set[str]] = {}
    for item in items:
        if marker := item.get_closest_marker("one_database"):
            test = item.nodeid.partition("[")[0]
            named.setdefault(test, set(marker.kwargs.get("but", ()))).discard(id_of(item))
    if unknown := {test: cases for test, cases in named.items() if cases}:
        raise pytest.UsageError(f"one_database names cases that do not exist: {unknown}")


def may_differ(item: pytest.Item, *, is_long: bool) -> bool:
    """Whether the item could come out differently on PostgreSQL and Redis, where no other proves the same."""
    marker = item.get_closest_marker("one_database")
    if marker and not is_long and id_of(item) not in marker.kwargs.get("but", ()):
        return False
    return bool(uses_database(item) or item.get_closest_marker("redis"))


def id_of(item: pytest.Item) -> str:
    """That of its parameters."""
    return item.callspec.id if hasattr(item, "callspec") else ""


def uses_database(item: pytest.Item) -> bool:
    """pytest-django blocks every other test's queries."""
    fixtures = getattr(item, "fixturenames", ())
    is_test_case = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    return bool(is_test_case or item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(fixtures))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On SQLite a file in a folder of the run: one in memory knows no waiting between threads."""
    if connection.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "db.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(file)
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(autouse=True, scope="session")
def quick_settings() -> None:
    """Argon2 is slow on purpose, and each new client of Django's would list all static files and the page's.
    There is no worker to notify.

    What passwords are stored with is tested by logins over HTTP. A test of files sets what it needs.
    """
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.WHITENOISE_USE_FINDERS = False
    django_settings.FRONTEND_DIR = Path(os.devnull)
    set_worker_notifier(None)


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """Resets limits, and the states of the main room, whose stream all tests share."""
    cache.clear()
    channel_layers.backends.clear()
    clear_cached_states()
    yield
    channel_layers.backends.clear()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Returns how often this process has waited for PostgreSQL since the last call."""
    connection.ensure_connection()
    kind: Any = type(connection.connection)
    waits = [0]
    wait = kind.wait

    def counted(*args: Any, **kwargs: Any) -> Any:
        waits[0] += 1
        return wait(*args, **kwargs)

    monkeypatch.setattr(kind, "wait", counted)

    def since() -> int:
        number, waits[0] = waits[0], 0
        return number

    return since
