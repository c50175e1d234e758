"""What every unit test gets: a process that remembers nothing of the test before, and tells no worker."""

import os
from collections.abc import Iterator

import pytest
from channels.layers import channel_layers
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from apps.jobs import messages, pulse
from apps.realtime import selectors

# A database behind an example makes times vary, and fixtures of a test serve all of its examples.
settings.register_profile(
    "unit",
    deadline=None,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("unit")

# As the server does it: beside other tests, more threads of one computation would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits are counted anew, and states of rolled back tests are forgotten."""
    cache.clear()
    channel_layers.backends.clear()
    monkeypatch.setattr(selectors, "_states", selectors._States())
    monkeypatch.setattr(messages, "_messengers", [])
    monkeypatch.setattr(pulse, "_ended", set())
    yield
    channel_layers.backends.clear()
