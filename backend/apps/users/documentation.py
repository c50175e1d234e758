"""What the endpoints about people take and answer."""

from apps.users.payloads import GuestPayload, GuestWithTokenPayload
from apps.users.serializers import GuestNameSerializer, NewGuestSerializer
from core.endpoints import Answer, Body, Endpoint, Refusal
from core.errors import InvalidInput, NotFound, RateLimited

TAG = "guests"
GUEST = GuestPayload(guest_id="g-4f1d8a", name="Ada")
NOT_A_GUEST = Refusal(NotFound, "The caller is no guest.")
BAD_NAME = Refusal(
    InvalidInput,
    "The name is too long, blank, or has control characters.",
    {"name": ["Ensure this field has no more than 50 characters."]},
)

JOIN = Endpoint(
    tag=TAG,
    name="create",
    summary="Become a guest: a name and a vote without an account",
    description=(
        "The token is also set as a cookie; clients on another origin send it as `X-Guest-Token`. Repeated "
        "under the same Idempotency-Key it finds the same guest and gives a new token."
    ),
    body=Body(NewGuestSerializer, "NewGuest", {"name": "Ada"}, is_required=False),
    answers=(
        Answer(
            201,
            "The guest.",
            GuestWithTokenPayload,
            GuestWithTokenPayload(guest_id="g-4f1d8a", name="Ada", token="g-4f1d8a:h0Zq…"),  # noqa: S106
            {"Set-Cookie": "The token, for browsers."},
        ),
    ),
    refusals=(BAD_NAME, Refusal(RateLimited, "Too many requests, or too many newcomers of this address.")),
)
ME = Endpoint(
    tag=TAG,
    name="me",
    summary="Who the caller is",
    answers=(Answer(200, "The guest.", GuestPayload, GUEST),),
    refusals=(NOT_A_GUEST,),
)
RENAME = Endpoint(
    tag=TAG,
    name="rename",
    summary="Change the caller's name",
    body=Body(GuestNameSerializer, "GuestName", {"name": "Ada Lovelace"}),
    answers=(
        Answer(200, "The guest.", GuestPayload, GuestPayload(guest_id="g-4f1d8a", name="Ada Lovelace")),
    ),
    refusals=(BAD_NAME, NOT_A_GUEST),
)
