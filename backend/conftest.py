"""What every unit test gets: a process that remembers nothing of the test before."""

from collections.abc import Iterator

import pytest
from channels.layers import channel_layers
from django.core.cache import cache
from hypothesis import HealthCheck, settings

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


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits are counted anew, and states of rolled back tests are forgotten."""
    cache.clear()
    channel_layers.backends.clear()
    monkeypatch.setattr(selectors, "_states", selectors._States())
    yield
    channel_layers.backends.clear()
