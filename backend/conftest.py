"""What every unit test gets: a process that remembers nothing of the test before, and tells no worker."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from channels.layers import channel_layers
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from apps.jobs.messages import tell_workers_by
from apps.realtime.selectors import forget_states
from core.idempotency import look_soon
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
settings.load_profile("unit")

# As the server does it: beside other tests, more threads of one computation would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


# The last one is what fixtures of our own ask for that unblock the database themselves.
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-database", action="store_true", help="only tests that use no database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL and Redis only those run that use either: no other could come out differently there."""
    if config.getoption("--without-database"):
        left_out = [item for item in items if uses_database(item)]
    elif django_settings.REDIS_URLS:
        left_out = [item for item in items if not (uses_database(item) or item.get_closest_marker("redis"))]
    else:
        return
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def uses_database(item: pytest.Item) -> bool:
    """pytest-django blocks every other test's queries."""
    fixtures = getattr(item, "fixturenames", ())
    is_test_case = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    return bool(is_test_case or item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(fixtures))


@pytest.fixture(autouse=True, scope="session")
def quick_settings() -> None:
    """Argon2 is slow on purpose, and each new client of Django's would list all static files and the page's.

    What passwords are stored with is tested by logins over HTTP. A test of files sets what it needs.
    """
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.WHITENOISE_USE_FINDERS = False
    django_settings.PAGE_DIR = Path(os.devnull)


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """Limits are counted anew, and states of rolled back tests are forgotten."""
    cache.clear()
    channel_layers.backends.clear()
    forget_states()
    look_soon()
    tell_workers_by(None)
    yield
    channel_layers.backends.clear()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
