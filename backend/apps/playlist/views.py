"""Queues over HTTP. Views determine the voter, call one service and respond."""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import asdict
from msgspec.structs import replace as changed
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.playlist.models import ANONYMOUS, STREAM_KIND, PlaylistTrack
from apps.playlist.payloads import (
    EXAMPLE_ITEM,
    OwnVote,
    PlayPayload,
    StopPayload,
    VotedItemPayload,
    item_payload,
    shown_item,
)
from apps.playlist.selectors import history_at, item_in, votes_of
from apps.playlist.serializers import ItemChangeSerializer, NewItemSerializer, VoteSerializer
from apps.playlist.services import (
    add_item,
    cast_vote,
    change_item,
    play_item,
    remove_item,
    restore_item,
    stop_playing,
)
from apps.realtime.event_schema import poll_type
from apps.realtime.http_transport import POLL_PARAMETERS, STREAM_PARAMETERS
from apps.realtime.models import kind_named
from apps.realtime.selectors import StreamHead, state_of, top_named, tops_of
from apps.realtime.services import is_visit_due, note_visits
from apps.rooms.models import MAIN_ROOM, Room
from apps.rooms.selectors import NO_SUCH_ROOM, room_for
from apps.users.authentication import voter_of
from core.database import consistent_read
from core.endpoints import LOCATION, Body, DeferredSchema, Parameter, ResponseSpec, endpoint
from core.errors import ErrorSpec, NotFound, RateLimited, Unavailable, invalid
from core.http_security import WRITING_METHODS
from core.idempotency import store_shown_item
from core.identity import caller_of, visit_of
from core.network import network_of
from core.pagination import list_response
from core.rate_limits import ADDS, MOVES, PLAYS_OF_ADDRESS, VOTES, check_rate_limit

EPOCH, SEQ = "X-Stream-Epoch", "X-Stream-Seq"
EPOCH_HEADER = {EPOCH: "The stream's incarnation."}
STATE_HEADERS = {
    **EPOCH_HEADER,
    SEQ: "The number of the last event that the list contains.",
    "ETag": "Names this state, for `If-None-Match`.",
}
TOP_HEADERS = {
    **EPOCH_HEADER,
    SEQ: "A client that has the stream up to this event has all of this write, even if it caused no event.",
}
ITEM = ResponseSpec(200, "The item.", EXAMPLE_ITEM, TOP_HEADERS)
GONE = ResponseSpec(204, "Removed.", headers=TOP_HEADERS)
PLAYING = changed(EXAMPLE_ITEM, is_playing=True, played_at=datetime(2025, 12, 4, 12, 34, 56, tzinfo=UTC))
NO_SUCH_PAGE = ErrorSpec(NotFound, "There is no such room, or no such page.")
ERRORS_OF_LIVE = (
    invalid(
        "A parameter is invalid, or only one of `epoch` and `since` was given.",
        epoch="Must be the epoch of an earlier response.",
    ),
    NO_SUCH_ROOM,
    ErrorSpec(RateLimited, "Too many requests or joins, or too many open from this address."),
)


class QueueViewSet(viewsets.ViewSet):
    """What belongs to the queue of a room; without a slug in the URL, of the main room."""

    tag = "playlist"

    def perform_authentication(self, request: Request) -> None:
        """Nothing to do: middleware has identified the caller (`caller_of`)."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Says of each write that is done at which moment of the stream it is contained."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if request.method in WRITING_METHODS and answer.status_code < 300 and SEQ not in answer:
            top = top_named(kind=STREAM_KIND, name=self.kwargs.get("slug", MAIN_ROOM))
            for name, value in (_named(top) if top else {}).items():
                answer[name] = value
        return answer


class PlaylistViewSet(QueueViewSet):
    """The queue itself, its votes and its plays."""

    @endpoint(
        ResponseSpec(200, "The items.", [EXAMPLE_ITEM], STATE_HEADERS),
        ResponseSpec(
            304,
            "Nothing has happened since the state that `If-None-Match` names.",
            headers=STATE_HEADERS,
        ),
        parameters=[
            Parameter("If-None-Match", "header", {"type": "string"}, "An `ETag` that was given before.")
        ],
        errors=[NO_SUCH_PAGE],
    )
    def list(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """The queue, in order.

        All of it belongs to one moment; events after `X-Stream-Seq` come next.
        """
        room = room_for(slug)
        state = state_of(room.stream_id)
        if is_visit_due(room.stream):
            note_visits([room.stream_id])
        if state is None:
            raise NotFound
        mark = f'"{state.top.epoch}-{state.top.seq}"'
        headers = {**_named(state.top), "ETag": mark, "Cache-Control": "no-cache"}
        # Invalid parameters are rejected also if nothing is new.
        response = list_response(request, state.items)
        if _has_seen(request, mark):
            response = Response(status=304)
        for name, value in headers.items():
            response[name] = value
        return response

    @endpoint(
        ResponseSpec(201, "The new item.", EXAMPLE_ITEM, {**LOCATION, **TOP_HEADERS}),
        body=Body(NewItemSerializer, {"track_id": 5, "added_by": "Alice"}),
        errors=[
            invalid("Invalid field.", track_id="This field is required."),
            add_item,
            ErrorSpec(RateLimited, "Too many requests, or too many tracks added by this voter."),
        ],
    )
    def add(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """Add a track to the queue.

        `track_id` (or `track`) names the track; at most one of `position`, `after`, `before` gives its
        position, by default the end; in a room ordered by votes, it is ignored. `added_by` is used only if
        the caller has no name. Broadcast as `track.added`.
        """
        wanted = NewItemSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        caller = caller_of(request)
        added_by = caller.name or wanted.validated_data.get("added_by") or ANONYMOUS
        track_id = wanted.validated_data["track_id"]
        check_rate_limit(ADDS, voter_key(request, is_voting=True))
        item = add_item(
            slug=slug, track_id=track_id, added_by=added_by, place=wanted.place, adder=caller.owner_key
        )
        location = request.build_absolute_uri(f"{request.path}{item.pk}/")
        response = _written(item, _answer_with(item, status=201))
        response["Location"] = location
        return response

    @endpoint(ResponseSpec(200, "The item.", EXAMPLE_ITEM), errors=[item_in])
    def read(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        """One item."""
        del request
        return _answer_with(item_in(room_for(slug), item_id))

    @endpoint(
        ResponseSpec(200, "The item as it is now.", EXAMPLE_ITEM, TOP_HEADERS),
        body=Body(ItemChangeSerializer, {"after": 11}),
        errors=[
            invalid("Invalid field.", after="There is no such item in this room, and there was none."),
            change_item,
            ErrorSpec(
                RateLimited, "Too many requests, or too many moves by this voter, or plays by its address."
            ),
        ],
    )
    def change(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        """Move an item, start it, stop it.

        At most one of `position`, `after`, `before`. If the item is there already, nothing is broadcast. If
        the neighbour was removed in the meantime, its former position is used. Broadcast as `track.moved` and
        `track.playing`.
        """
        wanted = ItemChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        is_playing = wanted.validated_data.get("is_playing")
        check_rate_limit(MOVES, voter_key(request, is_voting=True))
        if is_playing:
            _count_play(request)
        item = change_item(slug=slug, item_id=item_id, place=wanted.place, is_playing=is_playing)
        return _written(item, _answer_with(item))

    @endpoint(GONE, errors=[remove_item])
    def remove(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        """Remove an item.

        If it plays, its play ends. Broadcast as `track.removed`. It can be restored for 10 minutes.
        """
        del request
        remove_item(slug=slug, item_id=item_id)
        return Response(status=204)

    @endpoint(ITEM, errors=[restore_item])
    def restore(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        """Restore a removed item.

        It keeps its id and its votes, and goes after the item that it followed, or to the nearest
        position. Broadcast as `track.added`. An item that is there already stays as it is.
        """
        del request
        return _answer_with(restore_item(slug=slug, item_id=item_id))

    @endpoint(
        ResponseSpec(
            200,
            "The item with the caller's vote.",
            VotedItemPayload(**asdict(EXAMPLE_ITEM), my_vote=1),
            TOP_HEADERS,
        ),
        body=Body(VoteSerializer, {"direction": "up"}),
        errors=[
            invalid(
                "Neither or both were given, or an invalid one.",
                direction="Give either direction or value.",
            ),
            cast_vote,
            ErrorSpec(RateLimited, "Too many requests, or too many votes of this voter."),
        ],
    )
    def vote(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        """Vote for an item, or against it.

        Either `direction`, which moves the caller's own vote one step within −1 … +1, or `value`, which sets
        it. Broadcast as `track.voted`, and as `track.moved` where votes decide the order.
        """
        wanted = VoteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        voter = voter_key(request, is_voting=True)
        check_rate_limit(VOTES, voter)
        item, my_vote = cast_vote(slug=slug, item_id=item_id, voter=voter, **wanted.wanted)
        payload = item_payload(item)
        fields = {name: getattr(payload, name) for name in payload.__struct_fields__}
        return _written(item, _showing(item, Response(VotedItemPayload(**fields, my_vote=my_vote))))

    @endpoint(
        ResponseSpec(
            200,
            "Votes by item id.",
            {"12": 1, "15": -1},
            {**EPOCH_HEADER, SEQ: "The votes are those of this moment of the stream."},
            body=dict[str, OwnVote],
        ),
        errors=[room_for],
    )
    def my_votes(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """The caller's own votes in this room."""
        voter = voter_key(request, is_voting=False)
        with consistent_read():
            room = room_for(slug)
            top = tops_of([room.stream_id])[room.stream_id]
            votes = votes_of(voter, room=room)
        headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, X-Guest-Token"}
        return Response(votes, headers={**headers, **_named(top)})

    @endpoint(
        ResponseSpec(200, "The item.", PLAYING, TOP_HEADERS),
        errors=[play_item, ErrorSpec(RateLimited, "Too many requests, or too many plays by this address.")],
    )
    def play(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        """Play an item.

        It stays in the queue. The item that was playing stops, and its play is added to the history. If the
        item is already playing, nothing changes. Broadcast as `track.playing`. No body is needed.
        """
        _count_play(request)
        item = play_item(slug=slug, item_id=item_id)
        return _written(item, _answer_with(item))

    @endpoint(
        ResponseSpec(200, "Nothing plays now, whether or not an item did.", StopPayload(), TOP_HEADERS),
        errors=[stop_playing],
    )
    def stop(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """Stop what plays.

        Broadcast as `track.playing` with `id` null. No body is needed.
        """
        del request
        stop_playing(slug=slug)
        return Response(StopPayload())

    @endpoint(
        ResponseSpec(
            200,
            "The plays.",
            [PlayPayload(**asdict(PLAYING), ended_at=datetime(2025, 12, 4, 12, 40, 51, tzinfo=UTC))],
        ),
        errors=[NO_SUCH_PAGE],
    )
    def history(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """The last 20 plays that have ended, newest first.

        The items as they were, also when they have left the queue or the library.
        """
        with consistent_read():
            room = room_for(slug)
            top = tops_of([room.stream_id])[room.stream_id]
            plays = history_at(room_id=room.pk, epoch=top.epoch, seq=top.seq)
        return list_response(request, plays)

    @endpoint(
        ResponseSpec(
            200,
            "Events or a snapshot. Continue with `seq`; `top` is the highest seq of the stream.",
            {
                "epoch": "k3v9",
                "seq": 42,
                "top": 42,
                "events": [
                    {
                        "type": "track.voted",
                        "payload": EXAMPLE_ITEM,
                        "room": "main",
                        "epoch": "k3v9",
                        "seq": 42,
                        "ts": "2025-12-04T12:34:56.789Z",
                        "op_id": None,
                    }
                ],
                "snapshot": None,
            },
            body=DeferredSchema(lambda: poll_type(kind_named(STREAM_KIND))),
        ),
        parameters=POLL_PARAMETERS,
        errors=ERRORS_OF_LIVE,
        negotiates=False,
    )
    def events(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """The events after a moment, for clients that poll.

        Continue with the `seq` of the response. Without `epoch` and `since`, and if the log no longer has the
        events after them, `events` is empty and `snapshot` has the whole state. The events are messages of
        `/api/events.schema.json`.
        """
        raise _needs_asgi(request, slug)

    @endpoint(
        ResponseSpec(200, "Messages of `/api/events.schema.json`.", body=str),
        parameters=STREAM_PARAMETERS,
        errors=ERRORS_OF_LIVE,
        negotiates=False,
        produces="text/event-stream",
    )
    def stream(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """The events as they come, as server-sent events.

        The socket's messages, one in each `data:`. `id:` is `epoch:seq`, so that a browser resumes
        by itself. The response does not end.
        """
        raise _needs_asgi(request, slug)


def _needs_asgi(_request: Request, _slug: str) -> Unavailable:
    """The ASGI application returns events before Django; only requests of a WSGI server get here."""
    return Unavailable(
        "Live events need the ASGI server: ./start-daphne.sh, or daphne config.asgi:application."
    )


def _named(top: StreamHead) -> dict[str, str]:
    """The moment, as headers name it."""
    return {EPOCH: top.epoch, SEQ: str(top.seq)}


def _written(item: PlaylistTrack, response: Response) -> Response:
    """Names the moment at which the write was done, where the service has left it with the item's room."""
    if Room.stream.is_cached(item.room):
        stream = item.room.stream
        for name, value in _named(StreamHead(stream.pk, stream.epoch, stream.seq)).items():
            response[name] = value
    return response


def _answer_with(item: PlaylistTrack, *, status: int = 200) -> Response:
    return _showing(item, Response(item_payload(item), status=status))


def _showing(item: PlaylistTrack, response: Response) -> Response:
    """Stores only the item of the response: the adder's name may be erased while the record exists."""
    store_shown_item(response, shown_item(item.pk))
    return response


def _count_play(request: Request) -> None:
    """Raises RateLimitExceeded."""
    check_rate_limit(PLAYS_OF_ADDRESS, network_of(visit_of(request).address))


def voter_key(request: Request, *, is_voting: bool) -> str:
    return voter_of(visit_of(request), caller_of(request), is_voting=is_voting).key


def _has_seen(request: Request, mark: str) -> bool:
    """Whether If-None-Match names the state, weakly or not."""
    seen: Any = request.headers.get("If-None-Match", "")
    names = [name.strip().removeprefix("W/") for name in seen.split(",")]
    return mark in names or "*" in names
