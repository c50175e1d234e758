"""One clone for all tests of the start: installing takes a while."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.start.clone import Clone, copy_of_project

MakeClone = Callable[..., Clone]


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="package")
def first_start(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """The first start of a fresh clone; it runs on for the other tests."""
    project = copy_of_project(tmp_path_factory.mktemp("clone") / "tutti")
    with Clone(project, home) as clone:
        yield clone


@pytest.fixture
def again(first_start: Clone, home: Path) -> Iterator[MakeClone]:
    """Starts of the clone after the first one, on its data unless told otherwise."""
    with ExitStack() as stack:

        def make(*arguments: str, **variables: str) -> Clone:
            clone = Clone(first_start.project, home, *arguments, **variables)
            stack.callback(clone.throw_away)
            return clone

        yield make
