"""Queues over HTTP. Views find the voter, call one service, answer."""

from typing import Any

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.playlist import documentation, live_documentation
from apps.playlist.events import VotedItemPayload, item_payload
from apps.playlist.models import ANONYMOUS, MAIN_ROOM, STREAM_KIND, PlaylistTrack, Room
from apps.playlist.selectors import history_at, item_in, room_for, votes_of
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
from apps.playlist.traces import shown_item
from apps.realtime.selectors import Top, state_of, top_named, tops_of
from apps.realtime.services import is_visit_due, note_visits
from apps.users.recognition import voter_of
from core.consistent_reads import consistent_read
from core.endpoints import documented
from core.errors import NotFound, Unavailable
from core.idempotency import note_shown
from core.identity import caller_of, visit_of
from core.limits import ADDS, MOVES, VOTES
from core.origins import WRITING_METHODS
from core.pagination import list_answer
from core.rate_limits import count_against

SEQ = "X-Stream-Seq"


class PlaylistViewSet(viewsets.ViewSet):
    """The queue of a room; without a slug in the address, of the main room."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Says of each write that is done at which moment of the stream it is contained."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if request.method in WRITING_METHODS and answer.status_code < 300 and SEQ not in answer:
            top = top_named(kind=STREAM_KIND, name=self.kwargs.get("slug", MAIN_ROOM))
            for name, value in (_named(top) if top else {}).items():
                answer[name] = value
        return answer

    @documented(documentation.LIST)
    def list(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        room = room_for(slug)
        state = state_of(room.stream_id)
        if is_visit_due(room.stream):
            note_visits([room.stream_id])
        if state is None:
            raise NotFound
        mark = f'"{state.top.epoch}-{state.top.seq}"'
        headers = {**_named(state.top), "ETag": mark, "Cache-Control": "no-cache"}
        # What makes no sense is refused also where nothing is new.
        response = list_answer(request, state.items)
        if _has_seen(request, mark):
            response = Response(status=304)
        for name, value in headers.items():
            response[name] = value
        return response

    @documented(documentation.ADD)
    def create(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        wanted = NewItemSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        caller = caller_of(request._request)
        added_by = caller.name or wanted.validated_data.get("added_by") or ANONYMOUS
        track_id = wanted.validated_data["track_id"]
        count_against(ADDS, _voter(request, is_voting=True))
        item = add_item(
            slug=slug, track_id=track_id, added_by=added_by, place=wanted.place, adder=caller.owner_key
        )
        location = request.build_absolute_uri(f"{request.path}{item.pk}/")
        response = _written(item, _answer_with(item, status=201))
        response["Location"] = location
        return response

    @documented(documentation.READ)
    def retrieve(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        del request
        return _answer_with(item_in(room_for(slug), item_id))

    @documented(documentation.CHANGE)
    def partial_update(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        wanted = ItemChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        is_playing = wanted.validated_data.get("is_playing")
        count_against(MOVES, _voter(request, is_voting=True))
        item = change_item(slug=slug, item_id=item_id, place=wanted.place, is_playing=is_playing)
        return _written(item, _answer_with(item))

    @documented(documentation.REMOVE)
    def destroy(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        del request
        remove_item(slug=slug, item_id=item_id)
        return Response(status=204)

    @documented(documentation.RESTORE)
    def restore(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        del request
        return _answer_with(restore_item(slug=slug, item_id=item_id))

    @documented(documentation.VOTE)
    def vote(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        wanted = VoteSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        voter = _voter(request, is_voting=True)
        count_against(VOTES, voter)
        item, my_vote = cast_vote(slug=slug, item_id=item_id, voter=voter, **wanted.wanted)
        payload = item_payload(item)
        fields = {name: getattr(payload, name) for name in payload.__struct_fields__}
        return _written(item, _showing(item, Response(VotedItemPayload(**fields, my_vote=my_vote))))

    @documented(documentation.MY_VOTES)
    def my_votes(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        voter = _voter(request, is_voting=False)
        with consistent_read():
            room = room_for(slug)
            top = tops_of([room.stream_id])[room.stream_id]
            votes = votes_of(voter, room=room)
        headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, X-Guest-Token"}
        return Response(votes, headers={**headers, **_named(top)})

    @documented(documentation.PLAY)
    def play(self, request: Request, item_id: int, slug: str = MAIN_ROOM) -> Response:
        del request
        item = play_item(slug=slug, item_id=item_id)
        return _written(item, _answer_with(item))

    @documented(documentation.STOP)
    def stop(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        del request
        stop_playing(slug=slug)
        return Response({"status": "stopped"})

    @documented(documentation.HISTORY)
    def history(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        with consistent_read():
            room = room_for(slug)
            top = tops_of([room.stream_id])[room.stream_id]
            plays = history_at(room_id=room.pk, epoch=top.epoch, seq=top.seq)
        return list_answer(request, plays)

    @documented(live_documentation.EVENTS, at="events/")
    @documented(live_documentation.STREAM)
    def live(self, request: Request, slug: str = MAIN_ROOM) -> Response:
        """Events are told by the ASGI application before Django; only a WSGI server gets here."""
        del request, slug
        raise Unavailable(
            "Live events need the ASGI server: ./start-daphne.sh, or daphne config.asgi:application."
        )


def _named(top: Top) -> dict[str, str]:
    """The moment, as headers name it."""
    return {"X-Stream-Epoch": top.epoch, SEQ: str(top.seq)}


def _written(item: PlaylistTrack, response: Response) -> Response:
    """Names the moment at which the write was done, where the service has left it with the item's room."""
    if Room.stream.is_cached(item.room):
        stream = item.room.stream
        for name, value in _named(Top(stream.pk, stream.epoch, stream.seq)).items():
            response[name] = value
    return response


def _answer_with(item: PlaylistTrack, *, status: int = 200) -> Response:
    return _showing(item, Response(item_payload(item), status=status))


def _showing(item: PlaylistTrack, response: Response) -> Response:
    """Marks the answer by its item, whose adder may want to be forgotten while the answer is kept."""
    note_shown(response, shown_item(item.pk))
    return response


def _voter(request: Request, *, is_voting: bool) -> str:
    plain = request._request
    return voter_of(visit_of(plain), caller_of(plain), is_voting=is_voting).key


def _has_seen(request: Request, mark: str) -> bool:
    """Whether If-None-Match names the state, weakly or not."""
    seen: Any = request.headers.get("If-None-Match", "")
    names = [name.strip().removeprefix("W/") for name in seen.split(",")]
    return mark in names or "*" in names
