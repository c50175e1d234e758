"""Accounts and guests over HTTP."""

from functools import partial
from typing import TypeVar

from django.conf import settings
from django.http import HttpResponseBase
from msgspec.structs import asdict
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.users.authentication import guest_of, guest_token
from apps.users.jwt_tokens import new_tokens
from apps.users.models import Guest, User, key_of_user
from apps.users.payloads import (
    EXAMPLE_ACCOUNT,
    EXAMPLE_TOKENS,
    GuestPayload,
    GuestWithTokenPayload,
    NewAccountPayload,
    PersonPayload,
    account_payload,
    guest_payload,
    new_account_payload,
    person_payload,
)
from apps.users.personal_data import erase_person, export_of, merge_guest
from apps.users.selectors import account, accounts, accounts_shown_to, is_shown_whole, may_change, own_id
from apps.users.serializers import (
    AccountChangeSerializer,
    GuestNameSerializer,
    NewAccountSerializer,
    NewGuestSerializer,
    WholeAccountSerializer,
)
from apps.users.services import (
    NOT_A_GUEST,
    change_taste,
    count_newcomer,
    create_guest,
    register_account,
    rename_guest,
)
from core.endpoints import LOCATION, Body, ResponseSpec, endpoint, endpoint_like
from core.errors import ErrorSpec, NotFound, NotPermitted, RateLimited, invalid, raises
from core.idempotency import after_write, replayed_subject, store_only_subject
from core.identity import caller_of, visit_of
from core.pagination import ListOrPages
from core.rate_limits import EXPORTS, check_rate_limit
from core.request_context import django_request

R = TypeVar("R", bound=HttpResponseBase)
PRIVATE = {"Cache-Control": "private, no-store"}
EXAMPLE_PROFILE = {"favorite_genres": ["jazz"], "favorite_artists": ["Miles Davis"], "moods": ["calm"]}
LIMITS = {
    "limits": "At most 20 genres and 50 artists; moods are energetic, calm, happy, sad, focused and party."
}
ACCOUNT_NOW = ResponseSpec(200, "The account as it is now.", EXAMPLE_ACCOUNT)
REPLACEMENT = Body(WholeAccountSerializer, {"profile": EXAMPLE_PROFILE}, name="AccountFacts")
CHANGE = Body(AccountChangeSerializer, {"profile": {"moods": ["calm"]}})
ERRORS_OF_CHANGE = (
    own_id,
    ErrorSpec(NotPermitted, "It is another user's account, or a page of another origin sent it."),
    invalid(
        "A part is invalid, or the name or e-mail address is not the account's.",
        profile="There is no such mood. Known are: energetic, calm, happy, sad, focused, party.",
    ),
    account,
)


class UserViewSet(viewsets.ViewSet):
    """Accounts. Where an id is missing in the address, the caller's own is meant."""

    tag = "users"
    gives_identity_on = {"POST"}
    # A deleted guest cannot repeat its request.
    methods_without_record = {"DELETE"}

    @endpoint(ResponseSpec(200, "The accounts.", [EXAMPLE_ACCOUNT]))
    def list(self, request: Request) -> Response:
        """Accounts: all for staff that may view them, their own for users, none for others."""
        pages = ListOrPages()
        shown = pages.paginate_queryset(accounts_shown_to(caller_of(request)), request)
        response = pages.get_paginated_response([account_payload(user) for user in shown])
        return with_private(response)

    @endpoint(
        ResponseSpec(
            201,
            "The account, with its first tokens.",
            NewAccountPayload(**asdict(EXAMPLE_ACCOUNT), **asdict(EXAMPLE_TOKENS)),
            LOCATION,
        ),
        body=Body(
            NewAccountSerializer,
            {
                "username": "ada",
                "email": "ada@example.org",
                "password": "a long pass phrase",
                "profile": EXAMPLE_PROFILE,
            },
            name="NewAccountFacts",
        ),
        errors=[
            register_account,
            ErrorSpec(
                RateLimited, "Too many requests, or too many registrations and logins of this address."
            ),
        ],
        values=LIMITS,
    )
    def register(self, request: Request) -> Response:
        """Create an account.

        With a guest's token or cookie, the guest's votes, items, plays and rooms move to the account, and the
        guest is deleted. `profile` and each of its parts are optional. {limits}
        A repeated request with the same Idempotency-Key returns the same account with new tokens.
        """
        wanted = NewAccountSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = repeated_account(request)
        # A repeat with a previous password gets no tokens, but the response that all get: the name is taken.
        if user is None or not user.check_password(wanted.validated_data["password"]):
            visit = visit_of(request)
            guest = guest_of(visit)
            if guest is None:  # a guest was counted when it joined
                count_newcomer(address=visit.address)
            user = register_account(
                **{name: wanted.validated_data[name] for name in ("username", "email", "password")},
                taste=wanted.taste,
            )
        merge_guest_of(request, user)
        response = Response(new_account_payload(user, new_tokens(user)), status=201)
        response["Location"] = request.build_absolute_uri(f"/api/users/{user.pk}/")
        return about_account(clear_guest_cookie(with_private(response), request), user)

    @endpoint(
        ResponseSpec(200, "The account.", PersonPayload(**asdict(EXAMPLE_ACCOUNT))), errors=[own_id, account]
    )
    def read(self, request: Request, user_id: int) -> Response:
        """An account: complete for itself and staff, id and name for others who are logged in."""
        caller = caller_of(request)
        own_id(caller)  # rejects requests of other callers first
        user = account(user_id)
        shown = account_payload(user) if is_shown_whole(caller, user.pk) else person_payload(user)
        return with_private(Response(shown))

    @endpoint_like(read, ResponseSpec(200, "The account.", EXAMPLE_ACCOUNT))
    def read_me(self, request: Request) -> Response:
        """The caller's account."""
        return with_private(Response(account_payload(account(own_id(caller_of(request))))))

    @endpoint(ACCOUNT_NOW, body=REPLACEMENT, errors=ERRORS_OF_CHANGE, values=LIMITS)
    def replace(self, request: Request, user_id: int) -> Response:
        """Replace the taste profile of an account (itself, and staff that may).

        What the new profile leaves out becomes empty. {limits} The body may contain the present name
        and e-mail address, which cannot be changed.
        """
        return self._changed(request, user_id, WholeAccountSerializer(data=request.data))

    @endpoint_like(replace)
    def replace_me(self, request: Request) -> Response:
        """Replace the caller's taste profile."""
        return self._changed(request, None, WholeAccountSerializer(data=request.data))

    @endpoint(ACCOUNT_NOW, body=CHANGE, errors=ERRORS_OF_CHANGE, values=LIMITS)
    def change(self, request: Request, user_id: int) -> Response:
        """Change parts of the taste profile of an account (itself, and staff that may).

        Only the parts that are given change. {limits}
        """
        return self._changed(request, user_id, AccountChangeSerializer(data=request.data))

    @endpoint_like(change)
    def change_me(self, request: Request) -> Response:
        """Change parts of the caller's taste profile."""
        return self._changed(request, None, AccountChangeSerializer(data=request.data))

    @endpoint(ResponseSpec(204, "The account was erased."), errors=[own_id])
    def erase(self, request: Request) -> Response:
        """Erase the caller's account and all its personal data.

        Queue items and plays stay under a neutral name, broadcast as `track.updated`; votes remain counted,
        without an owner. The logs of those rooms are cut: clients that resume from before get a snapshot.
        """
        erase_person(user_id=own_id(caller_of(request)))
        request.session.flush()
        return clear_guest_cookie(Response(status=204), request)

    @endpoint(
        ResponseSpec(
            200,
            "One document. What it holds depends on what the person did.",
            {
                "account": {"id": 5, "username": "ada"},
                "profile": EXAMPLE_PROFILE,
                "votes": [],
                "items": [],
            },
        ),
        errors=[
            own_id,
            ErrorSpec(RateLimited, "Too many requests, or too many exports of this account."),
        ],
        name="read",
    )
    def export(self, request: Request) -> HttpResponseBase:
        """Everything that is stored about the person."""
        caller = caller_of(request)
        user_id = own_id(caller)
        check_rate_limit(EXPORTS, caller.key)
        response = export_of(django_request(request), user_id)
        response["Content-Disposition"] = 'attachment; filename="tutti.json"'
        return with_private(response)

    def _changed(self, request: Request, user_id: int | None, wanted: AccountChangeSerializer) -> Response:
        """A repeat of a change gets the current state: no personal data is stored for it."""
        caller = caller_of(request)
        own = own_id(caller)
        asked_for = own if user_id is None else user_id
        user = account(asked_for)
        if not may_change(caller, asked_for):
            raise NotPermitted("This is another user's account.")
        wanted.is_valid(raise_exception=True)
        wanted.reject_unknown_fields(user)
        if not replayed_subject(request):
            is_whole = isinstance(wanted, WholeAccountSerializer)
            user = change_taste(user_id=asked_for, given=wanted.given, is_whole=is_whole)
        return about_account(with_private(Response(account_payload(user))), user)


def merge_guest_of(request: Request, user: User) -> None:
    """Moves the data of this request's guest to the account."""
    if guest := guest_of(visit_of(request)):
        after_write(request, partial(merge_guest, guest_id=guest.pk, user_id=user.pk))


def repeated_account(request: Request) -> User | None:
    """The account of the first response to this request."""
    subject = replayed_subject(request)
    return next((user for user in accounts().filter(pk=subject.partition(":")[2])), None) if subject else None


def about_account(response: Response, user: User) -> Response:
    """Marks a response with data that may not be stored: a repeat makes it again."""
    store_only_subject(response, key_of_user(user.pk))
    return response


def with_private(response: R) -> R:
    for name, value in PRIVATE.items():
        response[name] = value
    return response


def clear_guest_cookie(response: Response, request: Request) -> Response:
    """Deletes the guest's cookie of a caller that is an account now."""
    if settings.GUEST_COOKIE_NAME in request.COOKIES:
        response.delete_cookie(settings.GUEST_COOKIE_NAME, samesite="Lax")
    return response


# --- Guests ------------------------------------------------------------------------------------------

BAD_NAME = invalid(
    "The name is too long, blank, or has control characters.",
    name="Ensure this field has no more than 50 characters.",
)


@raises(NOT_A_GUEST)
def own_guest_id(request: Request) -> str:
    """The caller's ID as a guest."""
    guest_id = caller_of(request).guest_id
    if guest_id is None:
        raise NotFound("You are not a guest here.")
    return guest_id


class GuestViewSet(viewsets.ViewSet):
    """A name and a vote for people without an account."""

    tag = "guests"
    gives_identity_on = {"POST"}

    @endpoint(
        ResponseSpec(
            201,
            "The guest.",
            GuestWithTokenPayload(guest_id="g-4f1d8a", name="Ada", token="g-4f1d8a:h0Zq…"),  # noqa: S106
            {"Set-Cookie": "The token, for browsers."},
        ),
        body=Body(NewGuestSerializer, {"name": "Ada"}, is_required=False),
        errors=[BAD_NAME, create_guest],
    )
    def create(self, request: Request) -> Response:
        """Become a guest: a name and a vote without an account.

        The token is also set as a cookie; clients on another origin send it as `X-Guest-Token`. Repeated
        under the same Idempotency-Key it finds the same guest and gives a new token.
        """
        wanted = NewGuestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        address = visit_of(request).address
        guest = Guest.objects.filter(pk=replayed_subject(request)).first() or create_guest(
            name=wanted.validated_data["name"], address=address
        )
        token = guest_token(guest)
        shown = GuestWithTokenPayload(guest_id=guest.pk, name=guest.name, token=token)
        response = Response(shown, status=201)
        response.set_cookie(
            settings.GUEST_COOKIE_NAME,
            token,
            max_age=settings.GUEST_COOKIE_AGE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
        store_only_subject(response, guest.pk)
        return response

    @endpoint(
        ResponseSpec(200, "The guest.", GuestPayload(guest_id="g-4f1d8a", name="Ada")), errors=[own_guest_id]
    )
    def me(self, request: Request) -> Response:
        """The caller, an account or a guest."""
        guest = Guest.objects.filter(pk=own_guest_id(request)).first()
        if guest is None:
            raise NotFound
        return Response(guest_payload(guest), headers={"Cache-Control": "private, no-cache"})

    @endpoint(
        ResponseSpec(200, "The guest.", GuestPayload(guest_id="g-4f1d8a", name="Ada Lovelace")),
        body=Body(GuestNameSerializer, {"name": "Ada Lovelace"}),
        errors=[BAD_NAME, rename_guest],
    )
    def rename(self, request: Request) -> Response:
        """Change the caller's name."""
        wanted = GuestNameSerializer(data=request.data)
        guest_id = own_guest_id(request)
        wanted.is_valid(raise_exception=True)
        guest = rename_guest(guest_id=guest_id, name=wanted.validated_data["name"])
        return Response(guest_payload(guest))
