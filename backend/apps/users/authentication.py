"""Who `request.user` is in API views: the account of the access token."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.users.models import User
from apps.users.recognition import bearer_token
from apps.users.tokens import account_with_access
from core.identity import visit_of


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`, which goes before the session cookie."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Raises NotAuthenticated when the token is not valid (any more)."""
        token = bearer_token(visit_of(request._request))
        return None if token is None else (account_with_access(token), None)

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says in `WWW-Authenticate`."""
        del request
        return "Bearer"
