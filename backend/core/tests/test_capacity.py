"""How many connections the limit of open files leaves room for."""

import resource

import pytest

from core import capacity
from core.capacity import connections_that_files_allow, max_connections, max_live_connections


@pytest.fixture
def files(monkeypatch):
    """Sets what the system says it allows, now and at the most."""

    def allow(now: int, most: int = resource.RLIM_INFINITY) -> None:
        monkeypatch.setattr(resource, "getrlimit", lambda _: (now, most))

    return allow


@pytest.mark.parametrize(
    ("now", "allowed"),
    [(64, 1), (256, 160), (1024, 768), (65_536, 64_512), (resource.RLIM_INFINITY, 64_512)],
)
def test_a_part_of_the_files_is_kept_for_everything_else(files, now: int, allowed: int):
    files(now)
    assert connections_that_files_allow() == max_connections() == allowed


@pytest.mark.parametrize(("wanted", "most"), [(0, 768), (100, 100), (768, 768), (769, 768), (5000, 768)])
def test_no_more_are_held_than_wanted_and_than_files_allow(files, settings, wanted: int, most: int):
    files(1024)
    settings.MAX_CONNECTIONS = wanted
    assert max_connections() == most


@pytest.mark.parametrize(("most", "live"), [(1, 0), (2, 1), (10, 9), (100, 90), (109, 99)])
def test_a_tenth_is_kept_for_requests(files, settings, most: int, live: int):
    files(1024)
    settings.MAX_CONNECTIONS = most
    assert max_live_connections() == live


def test_the_limit_is_raised_as_far_as_the_system_allows(files, monkeypatch):
    raised = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    files(1024, 4096)
    capacity.allow_many_files()
    files(4096, 4096)
    capacity.allow_many_files()
    files(1024, 1_000_000)
    capacity.allow_many_files()
    assert raised == [(4096, 4096), (65_536, 1_000_000)]
