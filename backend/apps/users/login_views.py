"""Logging in and out over HTTP, and passwords."""

from django.contrib.auth import SESSION_KEY, login, update_session_auth_hash
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.users import login_documentation as documentation
from apps.users.account_serializers import (
    LoginSerializer,
    LogoutSerializer,
    PasswordChangeSerializer,
    RefreshSerializer,
    ResetRequestSerializer,
    ResetSerializer,
    TokenSerializer,
)
from apps.users.account_services import account_with_password, change_password
from apps.users.account_views import about_account, forget_guest, take_over_guest, with_private
from apps.users.models import User
from apps.users.password_reset import mail_reset_token, reset_password
from apps.users.payloads import account_payload
from apps.users.selectors import own_id
from apps.users.token_services import TokenReused, end_family, end_token, new_tokens, renewed_tokens
from apps.users.tokens import check_token
from core.endpoints import documented
from core.errors import InvalidInput
from core.idempotency import keep_writes, subject_of_repeat
from core.identity import caller_of, visit_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SessionViewSet(viewsets.ViewSet):
    """A login by cookie, for the page."""

    gives_identity_on = {"POST"}
    # What is to be replaced need not be valid any more.
    authentication_classes = []

    @documented(documentation.BEGIN_SESSION)
    def create(self, request: Request) -> Response:
        user = logged_in(request)
        request._request.session.cycle_key()  # also where the same account is logged in already
        login(request._request, user, backend=BACKEND)
        response = with_private(Response(account_payload(user)))
        return about_account(forget_guest(response, request), user)

    @documented(documentation.END_SESSION)
    def destroy(self, request: Request) -> Response:
        request._request.session.flush()
        return Response(status=204)


class TokenViewSet(viewsets.ViewSet):
    """Logins by token, for programs."""

    gives_identity_on = {"POST"}
    authentication_classes = []

    @documented(documentation.MAKE_TOKENS)
    def create(self, request: Request) -> Response:
        user = logged_in(request)
        response = with_private(Response(new_tokens(user)))
        return about_account(forget_guest(response, request), user)

    @documented(documentation.RENEW_TOKENS)
    def refresh(self, request: Request) -> Response:
        given = RefreshSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        is_repeat = bool(subject_of_repeat(request._request))
        shown = given.validated_data["refresh"]
        try:
            user, tokens = renewed_tokens(refresh=shown, is_repeat=is_repeat)
        except TokenReused:
            end_family(refresh=shown)
            keep_writes(request._request)
            raise
        return about_account(with_private(Response(tokens)), user)

    @documented(documentation.VERIFY_TOKEN)
    def verify(self, request: Request) -> Response:
        given = TokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        check_token(given.validated_data["token"])
        return Response({})

    @documented(documentation.LOG_OUT)
    def logout(self, request: Request) -> Response:
        given = LogoutSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        refresh = given.validated_data.get("refresh")
        session = request._request.session
        if refresh is None and SESSION_KEY not in session:
            raise InvalidInput.of("refresh", "This field is required without a session.")
        if refresh is not None:
            end_token(refresh=refresh)
        if SESSION_KEY in session:
            session.flush()
        return Response(status=204)


class PasswordViewSet(viewsets.ViewSet):
    """Changing the password, of which one knows the old one."""

    @documented(documentation.CHANGE_PASSWORD)
    def create(self, request: Request) -> Response:
        user_id = own_id(caller_of(request._request))
        given = PasswordChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = change_password(
            user_id=user_id,
            old=given.validated_data["old_password"],
            new=given.validated_data["new_password"],
        )
        if request._request.session.get(SESSION_KEY) == str(user.pk):
            request._request.user = user
            update_session_auth_hash(request._request, user)
        return Response(status=204)


class PasswordResetViewSet(viewsets.ViewSet):
    """Changing a password that was forgotten."""

    gives_identity_on = {"POST"}
    authentication_classes = []

    @documented(documentation.ASK_FOR_PASSWORD)
    def create(self, request: Request) -> Response:
        given = ResetRequestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        address = visit_of(request._request).address
        mail_reset_token(email=given.validated_data["email"], address=address)
        return Response({}, status=202)

    @documented(documentation.RESET_PASSWORD)
    def confirm(self, request: Request) -> Response:
        given = ResetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reset_password(token=given.validated_data["token"], new=given.validated_data["new_password"])
        return Response(status=204)


def logged_in(request: Request) -> User:
    """Whose name and password the body has; what the guest of this visit had is theirs from now on.

    Raises NotAuthenticated.
    """
    given = LoginSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    user = account_with_password(login=given.login, password=given.validated_data["password"])
    take_over_guest(request, user)
    return user
