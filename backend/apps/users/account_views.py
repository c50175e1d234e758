"""Accounts over HTTP."""

from functools import partial
from typing import TypeVar

from django.conf import settings
from django.http import HttpResponseBase
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.users import account_documentation as documentation
from apps.users.account_serializers import (
    AccountChangeSerializer,
    NewAccountSerializer,
    WholeAccountSerializer,
)
from apps.users.account_services import change_taste, register_account
from apps.users.erasure import erase_person
from apps.users.export import export_of
from apps.users.handing_over import hand_over
from apps.users.models import User, key_of_user
from apps.users.payloads import account_payload, new_account_payload, person_payload
from apps.users.recognition import guest_of
from apps.users.selectors import account, accounts, accounts_shown_to, is_shown_whole, may_change, own_id
from apps.users.services import count_newcomer
from apps.users.token_services import new_tokens
from core.endpoints import documented
from core.errors import NotPermitted
from core.idempotency import after_write, keep_only_subject, subject_of_repeat
from core.identity import Caller, caller_of, visit_of
from core.limits import EXPORTS
from core.pagination import ListOrPages
from core.rate_limits import count_against

R = TypeVar("R", bound=HttpResponseBase)
PRIVATE = {"Cache-Control": "private, no-store"}


class UserViewSet(viewsets.ViewSet):
    """Accounts. Where an id is missing in the address, the caller's own is meant."""

    gives_identity_on = {"POST"}
    # Who has gone can't ask again.
    keeps_no_answer_on = {"DELETE"}

    @documented(documentation.LIST)
    def list(self, request: Request) -> Response:
        pages = ListOrPages()
        shown = pages.paginate_queryset(accounts_shown_to(caller_of(request._request)), request)
        response = pages.get_paginated_response([account_payload(user) for user in shown])
        return with_private(response)

    @documented(documentation.REGISTER)
    def create(self, request: Request) -> Response:
        wanted = NewAccountSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = repeated_account(request)
        # Whoever repeats it under a password of before gets no tokens, but what everybody gets: it is taken.
        if user is None or not user.check_password(wanted.validated_data["password"]):
            visit = visit_of(request._request)
            guest = guest_of(visit)
            if guest is None:  # who joined in before was counted then
                count_newcomer(address=visit.address)
            user = register_account(
                **{name: wanted.validated_data[name] for name in ("username", "email", "password")},
                taste=wanted.taste,
            )
        take_over_guest(request, user)
        response = Response(new_account_payload(user, new_tokens(user)), status=201)
        response["Location"] = request.build_absolute_uri(f"/api/users/{user.pk}/")
        return about_account(forget_guest(with_private(response), request), user)

    @documented(documentation.READ)
    @documented(documentation.READ_ME, at="me/")
    def retrieve(self, request: Request, user_id: int | None = None) -> Response:
        caller, asked_for = self._asked_for(request, user_id)
        user = account(asked_for)
        shown = account_payload(user) if is_shown_whole(caller, user.pk) else person_payload(user)
        return with_private(Response(shown))

    @documented(documentation.REPLACE)
    @documented(documentation.REPLACE_ME, at="me/")
    def update(self, request: Request, user_id: int | None = None) -> Response:
        return self._changed(request, user_id, WholeAccountSerializer(data=request.data))

    @documented(documentation.CHANGE)
    @documented(documentation.CHANGE_ME, at="me/")
    def partial_update(self, request: Request, user_id: int | None = None) -> Response:
        return self._changed(request, user_id, AccountChangeSerializer(data=request.data))

    @documented(documentation.ERASE)
    def destroy(self, request: Request) -> Response:
        erase_person(user_id=own_id(caller_of(request._request)))
        request._request.session.flush()
        return forget_guest(Response(status=204), request)

    @documented(documentation.EXPORT)
    def export(self, request: Request) -> HttpResponseBase:
        caller = caller_of(request._request)
        user_id = own_id(caller)
        count_against(EXPORTS, caller.key)
        response = export_of(request._request, user_id)
        response["Content-Disposition"] = 'attachment; filename="tutti.json"'
        return with_private(response)

    def _asked_for(self, request: Request, user_id: int | None) -> tuple[Caller, int]:
        """Raises NotAuthenticated for strangers, whatever they ask for."""
        caller = caller_of(request._request)
        own = own_id(caller)
        return caller, own if user_id is None else int(user_id)

    def _changed(self, request: Request, user_id: int | None, wanted: AccountChangeSerializer) -> Response:
        """A repeat of a change is answered with how things stand now: nothing about a person is kept."""
        caller, asked_for = self._asked_for(request, user_id)
        user = account(asked_for)
        if not may_change(caller, asked_for):
            raise NotPermitted("This is somebody else's account.")
        wanted.is_valid(raise_exception=True)
        wanted.refuse_others(user)
        if not subject_of_repeat(request._request):
            is_whole = isinstance(wanted, WholeAccountSerializer)
            user = change_taste(user_id=asked_for, given=wanted.given, is_whole=is_whole)
        return about_account(with_private(Response(account_payload(user))), user)


def take_over_guest(request: Request, user: User) -> None:
    """What the guest of this visit had is the account's from now on."""
    if guest := guest_of(visit_of(request._request)):
        after_write(request._request, partial(hand_over, guest_id=guest.pk, user_id=user.pk))


def repeated_account(request: Request) -> User | None:
    """The account that the first answer to this very request was about."""
    subject = subject_of_repeat(request._request)
    return next((user for user in accounts().filter(pk=subject.partition(":")[2])), None) if subject else None


def about_account(response: Response, user: User) -> Response:
    """Marks an answer that holds more than anybody may keep: a repeat makes it anew."""
    keep_only_subject(response, key_of_user(user.pk))
    return response


def with_private(response: R) -> R:
    for name, value in PRIVATE.items():
        response[name] = value
    return response


def forget_guest(response: Response, request: Request) -> Response:
    """Takes the guest's cookie away from who is an account now."""
    if settings.GUEST_COOKIE_NAME in request.COOKIES:
        response.delete_cookie(settings.GUEST_COOKIE_NAME, samesite="Lax")
    return response
