"""Everybody reads, staff writes; a missing login is a 401."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rest_framework.views import APIView

from core.permissions import IsStaffOrReadOnly, SessionWithoutCsrfToken

BO = SimpleNamespace(is_staff=False)
ADA = SimpleNamespace(is_staff=True)


def may(method: str, user: Any) -> bool:
    request = cast("Any", SimpleNamespace(method=method, user=user))
    return IsStaffOrReadOnly().has_permission(request, APIView())


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("user", [ADA, BO, None], ids=["Ada", "Bo", "nobody"])
def test_everybody_reads(method: str, user: Any):
    assert may(method, user)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_staff_writes(method: str):
    assert may(method, ADA)
    assert not may(method, BO)
    assert not may(method, None)


def test_a_session_asks_for_no_csrf_token_and_names_itself():
    session, request = SessionWithoutCsrfToken(), cast("Any", None)
    assert session.authenticate_header(request) == "Session"
    session.enforce_csrf(request)
