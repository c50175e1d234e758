"""Guests over HTTP."""

from django.conf import settings
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.users.models import Guest
from apps.users.recognition import guest_token
from apps.users.serializers import GuestNameSerializer, NewGuestSerializer
from apps.users.services import create_guest, rename_guest
from core.errors import NotFound
from core.identity import caller_of, visit_of


class GuestViewSet(viewsets.ViewSet):
    """A name and a vote for whoever joins in without an account."""

    def create(self, request: Request) -> Response:
        wanted = NewGuestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        address = visit_of(request._request).address
        guest = create_guest(name=wanted.validated_data["name"], address=address)
        token = guest_token(guest)
        response = Response({**shown(guest), "token": token}, status=201)
        response.set_cookie(
            settings.GUEST_COOKIE_NAME,
            token,
            max_age=settings.GUEST_COOKIE_AGE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
        return response

    def me(self, request: Request) -> Response:
        guest = Guest.objects.filter(pk=own_guest_id(request)).first()
        if guest is None:
            raise NotFound
        return Response(shown(guest), headers={"Cache-Control": "private, no-cache"})

    def rename(self, request: Request) -> Response:
        wanted = GuestNameSerializer(data=request.data)
        guest_id = own_guest_id(request)
        wanted.is_valid(raise_exception=True)
        return Response(shown(rename_guest(guest_id=guest_id, name=wanted.validated_data["name"])))


def own_guest_id(request: Request) -> str:
    """The caller's id as a guest. Raises NotFound when the caller is none."""
    guest_id = caller_of(request._request).guest_id
    if guest_id is None:
        raise NotFound("You are not a guest here.")
    return guest_id


def shown(guest: Guest) -> dict[str, str]:
    return {"guest_id": guest.pk, "name": guest.name}
