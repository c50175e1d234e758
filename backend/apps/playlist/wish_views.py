"""Wishes of a room over HTTP."""

from datetime import UTC, datetime

from msgspec.structs import asdict
from rest_framework.request import Request
from rest_framework.response import Response

from apps.playlist.models import ANONYMOUS
from apps.playlist.payloads import NamedWishPayload, WishPayload, named_wish_payload, wish_payload
from apps.playlist.serializers import WishSerializer
from apps.playlist.views import GONE, NO_SUCH_PAGE, TOP_HEADERS, QueueViewSet, voter_key
from apps.playlist.wish_services import make_wish, remove_wish
from apps.rooms.models import MAIN_ROOM
from apps.rooms.selectors import room_for
from core.endpoints import Body, ResponseSpec, endpoint
from core.errors import ErrorSpec, NotAuthenticated, RateLimited, invalid
from core.identity import caller_of
from core.pagination import list_response
from core.rate_limits import ADDS, check_rate_limit

EXAMPLE_WISH = WishPayload(id=3, text="Halo, live", wished_at=datetime(2025, 12, 4, 12, 30, tzinfo=UTC))


class WishViewSet(QueueViewSet):
    """What people in a room want to hear, and the library does not have."""

    @endpoint(
        ResponseSpec(200, "The wishes.", [NamedWishPayload(**asdict(EXAMPLE_WISH), wished_by="Alice")]),
        errors=[NO_SUCH_PAGE],
    )
    def wishes(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """What people in the room wish for, oldest first."""
        wishes = room_for(slug).wishes.order_by("pk")
        return list_response(request, [named_wish_payload(wish) for wish in wishes])

    @endpoint(
        ResponseSpec(201, "The new wish.", EXAMPLE_WISH, TOP_HEADERS),
        ResponseSpec(200, "The same wish, which was there before.", EXAMPLE_WISH, TOP_HEADERS),
        body=Body(WishSerializer, {"text": "Halo, live"}, name="NewWish"),
        errors=[
            invalid("Invalid field.", text="This field may not be blank."),
            ErrorSpec(NotAuthenticated, "Neither a guest nor an account asks, or a token is not valid."),
            make_wish,
            ErrorSpec(
                RateLimited, "Too many requests, or too many tracks added and wishes made by this voter."
            ),
        ],
    )
    def wish(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """Wish for what the library does not have.

        The same words, without case, accents and punctuation, are one wish: that of the first caller. It is
        removed when a track with all of its words is queued, and after a day. Broadcast as `room.wishes`.
        """
        wanted = WishSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        caller = caller_of(request)
        if not caller.owner_key:
            raise NotAuthenticated("Join as a guest or log in: a wish shows its author's name.")
        check_rate_limit(ADDS, voter_key(request, is_voting=True))
        wish, is_new = make_wish(
            slug=slug,
            text=wanted.validated_data["text"],
            wished_by=caller.name or ANONYMOUS,
            wisher=caller.owner_key,
        )
        return Response(wish_payload(wish), status=201 if is_new else 200)

    @endpoint(GONE, errors=[remove_wish])
    def remove_wish(self, request: Request, wish_id: int, slug: str = MAIN_ROOM) -> Response:
        """Remove a wish.

        Everyone in the room may, as with items. Broadcast as `room.wishes`.
        """
        del request
        remove_wish(slug=slug, wish_id=wish_id)
        return Response(status=204)
