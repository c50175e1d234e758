"""Who may do what, and how an account is recognised in API views."""

from typing import TYPE_CHECKING

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class SessionWithoutCsrfToken(SessionAuthentication):
    """The session cookie; that the browser's page is ours is checked by `core.origins`, not by a token."""

    def enforce_csrf(self, request: Request) -> None:
        """Nothing to do: OriginMiddleware has refused what came from another site."""

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing login a 401, which a bare SessionAuthentication would answer with 403."""
        del request
        return "Session"


class IsStaffOrReadOnly(BasePermission):
    """Everybody reads, staff writes. What nobody can do at an address is no matter of rights: a 405."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        method = str(request.method)
        is_served = method.lower() in view.http_method_names and hasattr(view, method.lower())
        return method in SAFE_METHODS or not is_served or bool(request.user and request.user.is_staff)
