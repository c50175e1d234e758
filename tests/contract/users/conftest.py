"""An account of a test's own."""

import httpx
import pytest

from tests.contract.people import Account, registered


@pytest.fixture
def account(client: httpx.Client) -> Account:
    return registered(client)
