"""Everybody reads, staff writes; a missing login is a 401."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rest_framework.views import APIView

from core.permissions import IsStaffOrReadOnly, SessionWithoutCsrfToken

BO = SimpleNamespace(is_staff=False)
ADA = SimpleNamespace(is_staff=True)


class Whole(APIView):
    """Takes every method."""

    def get(self) -> None: ...

    post = put = patch = delete = get


class Reading(APIView):
    def get(self) -> None: ...


def may(method: str, user: Any, view: type[APIView] = Whole) -> bool:
    request = cast("Any", SimpleNamespace(method=method, user=user))
    return IsStaffOrReadOnly().has_permission(request, view())


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("user", [ADA, BO, None], ids=["Ada", "Bo", "nobody"])
def test_everybody_reads(method: str, user: Any):
    assert may(method, user)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_staff_writes(method: str):
    assert may(method, ADA)
    assert not may(method, BO)
    assert not may(method, None)


@pytest.mark.parametrize("method", ["POST", "DELETE", "PROPFIND"])
def test_what_the_view_does_not_take_is_left_to_it(method: str):
    """It answers 405, whoever asks."""
    assert may(method, None, Reading)


def test_a_session_asks_for_no_csrf_token_and_names_itself():
    session, request = SessionWithoutCsrfToken(), cast("Any", None)
    assert session.authenticate_header(request) == "Session"
    session.enforce_csrf(request)
