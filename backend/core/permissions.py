"""Permissions of API views, and authentication by a session."""

from typing import TYPE_CHECKING

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from core.errors import ErrorSpec, NotAuthenticated, NotPermitted, raises

if TYPE_CHECKING:
    from rest_framework.views import APIView


class SessionWithoutCsrfToken(SessionAuthentication):
    """The session cookie; `core.request_checks` checks that the browser's page is ours, not a token."""

    def enforce_csrf(self, request: Request) -> None:
        """Nothing to do: OriginMiddleware has refused what came from another site."""

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing login a 401, which a bare SessionAuthentication would answer with 403."""
        del request
        return "Session"


class IsStaffOrReadOnly(BasePermission):
    """Everyone reads, staff writes. A method that an endpoint does not have is no matter of rights: 405."""

    @raises(
        ErrorSpec(NotAuthenticated, "No user is logged in, or a token is not valid."),
        ErrorSpec(NotPermitted, "The account is not staff, or a page of another origin sent it."),
    )
    def has_permission(self, request: Request, view: "APIView") -> bool:
        method = str(request.method)
        is_served = method.lower() in view.http_method_names and hasattr(view, method.lower())
        return method in SAFE_METHODS or not is_served or bool(request.user and request.user.is_staff)
