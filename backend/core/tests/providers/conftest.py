"""A service, and clients of it whose time passes when they wait."""

from collections.abc import Iterator
from typing import Protocol

import msgspec
import pytest

from core.providers.client import ProviderClient, RequestBounds, RetryPolicy
from core.providers.responses import TimeSource
from core.tests.clocks import FakeClock
from core.tests.providers.fake_service import FakeService, answers

NAME = "stand-in"
PATH = "/v1/things"
BOUNDS = RequestBounds(connect_seconds=5.0, seconds=5.0, max_bytes=256 * 1024)
PATIENCE = RetryPolicy(
    attempts=3,
    first_wait_seconds=0.5,
    longest_wait_seconds=2.0,
    failure_threshold=100,
    open_seconds=30.0,
)


class Thing(msgspec.Struct):
    value: int
    name: str = ""


read_thing = msgspec.json.Decoder(Thing).decode


class MakeClient(Protocol):
    def __call__(
        self,
        *,
        name: str = NAME,
        bounds: RequestBounds = BOUNDS,
        patience: RetryPolicy = PATIENCE,
        url: str = "",
    ) -> ProviderClient: ...


@pytest.fixture
def waits() -> list[float]:
    """For how long clients have waited."""
    return []


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService({PATH: answers({"value": 7})}) as started:
        yield started


@pytest.fixture
def make_client(service: FakeService, clock: FakeClock, waits: list[float]) -> Iterator[MakeClient]:
    made: list[ProviderClient] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        clock.advance(seconds)

    def make(
        *, name: str = NAME, bounds: RequestBounds = BOUNDS, patience: RetryPolicy = PATIENCE, url: str = ""
    ) -> ProviderClient:
        client = ProviderClient(
            name,
            url or f"{service.url}/v1",
            bounds=bounds,
            patience=patience,
            times=TimeSource(clock, clock, wait),
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> ProviderClient:
    return make_client()
