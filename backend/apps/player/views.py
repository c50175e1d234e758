"""The player of a room over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from apps.player.payloads import EXAMPLE_PLAYER
from apps.player.selectors import ends_soon, player_of
from apps.player.serializers import PlayerActionSerializer
from apps.player.services import change_settings, go_back, pause, play, resume, seek, skip, stop
from apps.playlist.views import TOP_HEADERS, QueueViewSet
from core.endpoints import Body, ResponseSpec, endpoint
from core.errors import ErrorSpec, RateLimited, invalid
from core.idempotency import replayed_subject, store_only_subject
from core.identity import visit_of
from core.network import network_of
from core.rate_limits import PLAYER_ACTIONS, PLAYS_OF_ADDRESS, check_rate_limit

# Each of these may begin a play, which is stored for ever.
BEGINNING = ("play", "skip", "previous")


class PlayerViewSet(QueueViewSet):
    """The playing item of a room, and its position."""

    tag = "player"

    @endpoint(ResponseSpec(200, "The player.", EXAMPLE_PLAYER), errors=[player_of])
    def read(self, request: Request, slug: str) -> Response:
        """The player.

        `position_ms` is the position at `server_time`. While it plays, it is `anchor.position_ms` plus the
        time since `anchor.at`, by the server's clock, up to `duration_ms`.
        """
        del request
        return Response(player_of(slug), headers={"Cache-Control": "no-store"})

    @endpoint(
        ResponseSpec(200, "The player after the action.", EXAMPLE_PLAYER, TOP_HEADERS),
        body=Body(PlayerActionSerializer, {"action": "seek", "position_ms": 60_000}),
        errors=[
            invalid("Invalid field.", action='"jump" is not a valid choice.'),
            play,
            skip,
            seek,
            ErrorSpec(RateLimited, "Too many requests or actions, or too many plays by this address."),
        ],
    )
    def act(self, request: Request, slug: str) -> Response:
        """Play, pause, resume, stop, seek, skip, go back, change settings.

        Broadcast as `player.changed`, unless nothing changes. `skip` with `play_id` skips only that play: two
        people who press it at the same time skip once.
        """
        wanted = PlayerActionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        subject = f"player:{slug}"
        # A repeat does nothing; it gets the current player, in which names may have been erased since.
        if replayed_subject(request) != subject:
            self._carry_out(request, slug, wanted)
        response = Response(player_of(slug))
        store_only_subject(response, subject)
        return response

    def _carry_out(self, request: Request, slug: str, wanted: PlayerActionSerializer) -> None:
        given = wanted.validated_data
        network = network_of(visit_of(request).address)
        check_rate_limit(PLAYER_ACTIONS, network)
        is_last_part = given["action"] == "seek" and ends_soon(slug, position_ms=given["position_ms"])
        if is_last_part or given["action"] in BEGINNING:
            check_rate_limit(PLAYS_OF_ADDRESS, network)
        _act(slug, given, wanted.settings())


def _act(slug: str, given: dict[str, Any], settings: dict[str, Any]) -> None:
    match given["action"]:
        case "play":
            play(slug=slug, item_id=given.get("item_id"))
        case "pause":
            pause(slug=slug)
        case "resume":
            resume(slug=slug)
        case "stop":
            stop(slug=slug)
        case "seek":
            seek(slug=slug, position_ms=given["position_ms"])
        case "skip":
            skip(slug=slug, play_id=given.get("play_id"))
        case "previous":
            go_back(slug=slug)
        case _:
            change_settings(slug=slug, changes=settings)
