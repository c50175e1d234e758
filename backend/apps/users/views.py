"""Guests over HTTP."""

from django.conf import settings
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.users.authentication import guest_token
from apps.users.models import Guest
from apps.users.payloads import GuestPayload, GuestWithTokenPayload, guest_payload
from apps.users.serializers import GuestNameSerializer, NewGuestSerializer
from apps.users.services import NOT_A_GUEST, create_guest, rename_guest
from core.endpoints import Body, ResponseSpec, endpoint
from core.errors import NotFound, invalid, raises
from core.idempotency import replayed_subject, store_only_subject
from core.identity import caller_of, visit_of

BAD_NAME = invalid(
    "The name is too long, blank, or has control characters.",
    name="Ensure this field has no more than 50 characters.",
)


@raises(NOT_A_GUEST)
def own_guest_id(request: Request) -> str:
    """The caller's ID as a guest."""
    guest_id = caller_of(request._request).guest_id
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
        address = visit_of(request._request).address
        guest = Guest.objects.filter(pk=replayed_subject(request._request)).first() or create_guest(
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
        """Who the caller is."""
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
