"""Guests over HTTP."""

from django.conf import settings
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.users import documentation
from apps.users.models import Guest
from apps.users.payloads import GuestWithTokenPayload, guest_payload
from apps.users.recognition import guest_token
from apps.users.serializers import GuestNameSerializer, NewGuestSerializer
from apps.users.services import create_guest, rename_guest
from core.endpoints import documented
from core.errors import NotFound
from core.idempotency import keep_only_subject, subject_of_repeat
from core.identity import caller_of, visit_of


class GuestViewSet(viewsets.ViewSet):
    """A name and a vote for whoever joins in without an account."""

    gives_identity_on = {"POST"}

    @documented(documentation.JOIN)
    def create(self, request: Request) -> Response:
        wanted = NewGuestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        address = visit_of(request._request).address
        guest = Guest.objects.filter(pk=subject_of_repeat(request._request)).first() or create_guest(
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
        keep_only_subject(response, guest.pk)
        return response

    @documented(documentation.ME)
    def me(self, request: Request) -> Response:
        guest = Guest.objects.filter(pk=own_guest_id(request)).first()
        if guest is None:
            raise NotFound
        return Response(guest_payload(guest), headers={"Cache-Control": "private, no-cache"})

    @documented(documentation.RENAME)
    def rename(self, request: Request) -> Response:
        wanted = GuestNameSerializer(data=request.data)
        guest_id = own_guest_id(request)
        wanted.is_valid(raise_exception=True)
        guest = rename_guest(guest_id=guest_id, name=wanted.validated_data["name"])
        return Response(guest_payload(guest))


def own_guest_id(request: Request) -> str:
    """The caller's id as a guest. Raises NotFound when the caller is none."""
    guest_id = caller_of(request._request).guest_id
    if guest_id is None:
        raise NotFound("You are not a guest here.")
    return guest_id
