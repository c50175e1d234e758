"""Login, logout, tokens and passwords over HTTP."""

from django.contrib.auth import SESSION_KEY, login, update_session_auth_hash
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.users.jwt_tokens import TokenReused, check_token, end_family, end_token, new_tokens, renewed_tokens
from apps.users.models import User
from apps.users.payloads import EXAMPLE_ACCOUNT, EXAMPLE_TOKENS, account_payload
from apps.users.selectors import own_id
from apps.users.serializers import (
    LoginSerializer,
    LogoutSerializer,
    PasswordChangeSerializer,
    RefreshSerializer,
    ResetRequestSerializer,
    ResetSerializer,
    TokenSerializer,
)
from apps.users.services import account_with_password, change_password, mail_reset_token, reset_password
from apps.users.views import about_account, clear_guest_cookie, merge_guest_of, with_private
from core.endpoints import Body, ResponseSpec, endpoint
from core.errors import ErrorSpec, InvalidInput, RateLimited, invalid
from core.idempotency import commit_writes, replayed_subject
from core.identity import caller_of, visit_of
from core.request_context import django_request

BACKEND = "django.contrib.auth.backends.ModelBackend"
TOKENS = ResponseSpec(200, "The tokens.", EXAMPLE_TOKENS)
LOGIN = Body(LoginSerializer, {"username": "ada", "password": "a long pass phrase"})
TOO_MANY_LOGINS = ErrorSpec(RateLimited, "Too many requests, or too many logins of this address.")
ERRORS_OF_LOGIN = (
    account_with_password,
    invalid("Invalid field.", password="This field is required."),  # noqa: S106 - a message
    TOO_MANY_LOGINS,
)
BAD_TOKEN = invalid("Invalid field.", refresh="This field is required.")
WHO = {
    "who": "Send `username`, a name or an e-mail address, or `email`; case does not matter. If the request "
    "has a guest's token or cookie, the guest's data is merged into the account. If both have voted for "
    "an item, the account's vote stays."
}


class SessionViewSet(viewsets.ViewSet):
    """A login by cookie, for the page."""

    tag = "auth"
    gives_identity_on = {"POST"}
    # The old session or token need not be valid.
    authentication_classes = []

    @endpoint(
        ResponseSpec(
            200,
            "The user that is logged in.",
            EXAMPLE_ACCOUNT,
            {"Set-Cookie": "The session cookie (HttpOnly)."},
        ),
        body=LOGIN,
        errors=ERRORS_OF_LOGIN,
        values=WHO,
    )
    def begin(self, request: Request) -> Response:
        """Log in, by a cookie for the page.

        {who}
        """
        user = logged_in(request)
        request.session.cycle_key()  # also where the same account is logged in already
        login(django_request(request), user, backend=BACKEND)
        response = with_private(Response(account_payload(user)))
        return about_account(clear_guest_cookie(response, request), user)

    @endpoint(ResponseSpec(204, "The caller has no session now."))
    def end(self, request: Request) -> Response:
        """Log out of the session; without one nothing happens."""
        request.session.flush()
        return Response(status=204)


class TokenViewSet(viewsets.ViewSet):
    """Logins by token, for programs."""

    tag = "auth"
    gives_identity_on = {"POST"}
    authentication_classes = []

    @endpoint(TOKENS, body=LOGIN, errors=ERRORS_OF_LOGIN, values=WHO)
    def make(self, request: Request) -> Response:
        """Log in, by tokens for programs.

        {who} Web pages should use sessions instead of storing tokens.
        """
        user = logged_in(request)
        response = with_private(Response(new_tokens(user)))
        return about_account(clear_guest_cookie(response, request), user)

    @endpoint(
        TOKENS,
        body=Body(RefreshSerializer, {"refresh": EXAMPLE_TOKENS.refresh}),
        errors=[renewed_tokens, BAD_TOKEN],
    )
    def renew(self, request: Request) -> Response:
        """Refresh tokens: the sent refresh token is revoked.

        A repeated request with the same Idempotency-Key returns new tokens again.
        """
        given = RefreshSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        is_repeat = bool(replayed_subject(request))
        shown = given.validated_data["refresh"]
        try:
            user, tokens = renewed_tokens(refresh=shown, is_repeat=is_repeat)
        except TokenReused:
            end_family(refresh=shown)
            commit_writes(request)
            raise
        return about_account(with_private(Response(tokens)), user)

    @endpoint(
        ResponseSpec(200, "The token is valid.", {}),
        body=Body(TokenSerializer, {"token": EXAMPLE_TOKENS.access}),
        errors=[check_token, invalid("Invalid field.", token="This field is required.")],  # noqa: S106
    )
    def check(self, request: Request) -> Response:
        """Whether a token is valid."""
        given = TokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        check_token(given.validated_data["token"])
        return Response({})

    @endpoint(
        ResponseSpec(204, "The refresh token and the session, if any, have ended."),
        body=Body(LogoutSerializer, {"refresh": EXAMPLE_TOKENS.refresh}, is_required=False),
        errors=[end_token, BAD_TOKEN],
    )
    def end(self, request: Request) -> Response:
        """Log out: end the refresh token and, if there is one, the session.

        An access token stays valid until its 60 minutes are over.
        """
        given = LogoutSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        refresh = given.validated_data.get("refresh")
        session = request.session
        if refresh is None and SESSION_KEY not in session:
            raise InvalidInput.of("refresh", "This field is required without a session.")
        if refresh is not None:
            end_token(refresh=refresh)
        if SESSION_KEY in session:
            session.flush()
        return Response(status=204)


class PasswordViewSet(viewsets.ViewSet):
    """Changing the password, of which one knows the old one."""

    tag = "auth"

    @endpoint(
        ResponseSpec(204, "The password was changed."),
        body=Body(
            PasswordChangeSerializer,
            {"old_password": "a long pass phrase", "new_password": "another long pass phrase"},
        ),
        errors=[own_id, change_password, TOO_MANY_LOGINS],
    )
    def change(self, request: Request) -> Response:
        """Change the caller's password.

        Other sessions and all tokens of the account end; the session of this request continues.
        """
        user_id = own_id(caller_of(request))
        given = PasswordChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = change_password(
            user_id=user_id,
            old=given.validated_data["old_password"],
            new=given.validated_data["new_password"],
        )
        if request.session.get(SESSION_KEY) == str(user.pk):
            plain = django_request(request)
            plain.user = user
            update_session_auth_hash(plain, user)
        return Response(status=204)


class PasswordResetViewSet(viewsets.ViewSet):
    """Changing a password that was forgotten."""

    tag = "auth"
    gives_identity_on = {"POST"}
    authentication_classes = []

    @endpoint(
        ResponseSpec(202, "If an account has this address, a mail will be sent.", {}),
        body=Body(ResetRequestSerializer, {"email": "ada@example.org"}),
        errors=[invalid("This is no address.", email="Enter a valid email address."), TOO_MANY_LOGINS],
    )
    def ask(self, request: Request) -> Response:
        """Request a password reset token by mail.

        The response does not reveal whether an account has this address.
        """
        given = ResetRequestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        address = visit_of(request).address
        mail_reset_token(email=given.validated_data["email"], address=address)
        return Response({}, status=202)

    @endpoint(
        ResponseSpec(204, "The password was changed."),
        body=Body(ResetSerializer, {"token": "NQ.d0-3f…", "new_password": "another long pass phrase"}),
        errors=[reset_password, TOO_MANY_LOGINS],
    )
    def change(self, request: Request) -> Response:
        """Set a new password with a mailed token.

        The token is valid for one hour and a single use. All sessions and tokens of the account end.
        """
        given = ResetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reset_password(token=given.validated_data["token"], new=given.validated_data["new_password"])
        return Response(status=204)


def logged_in(request: Request) -> User:
    """The account with the name and password of the body; it receives the data of this request's guest.

    Raises NotAuthenticated.
    """
    given = LoginSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    user = account_with_password(login=given.login, password=given.validated_data["password"])
    merge_guest_of(request, user)
    return user
