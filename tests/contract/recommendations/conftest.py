"""People with accounts of their own, who have done nothing yet."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract.conftest import client_of
from tests.contract.people import begin_session, new_name, registered
from tests.contract.recommendations.listeners import Listener
from tests.processes import TuttiServer

NewListener = Callable[..., Listener]


@pytest.fixture
def new_listener(server: TuttiServer) -> Iterator[NewListener]:
    """A new user, with a profile where one is given."""
    with ExitStack() as opened:

        def register(name: str = "dee", **profile: list[str]) -> Listener:
            http = opened.enter_context(client_of(server))
            facts: dict[str, Any] = {"profile": profile} if profile else {}
            account = registered(http, new_name(name), **facts)
            begin_session(http, account)
            return Listener(http, account)

        yield register


@pytest.fixture
def dee(new_listener: NewListener) -> Listener:
    return new_listener("dee")


@pytest.fixture
def eli(new_listener: NewListener) -> Listener:
    return new_listener("eli")
