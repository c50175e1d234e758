"""Every write to a queue: adding, moving, playing, voting, removing, restoring."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.playlist.errors import (
    ALREADY_QUEUED,
    FULL,
    NO_SUCH_ITEM,
    DuplicateTrack,
    OrderedByVotes,
    QueueFull,
)
from apps.playlist.models import PlaylistTrack, RemovedItem, Vote
from apps.playlist.placement import free_position, queue_positions
from apps.playlist.positions import (
    Gap,
    QueuePosition,
    calculate_position,
    gap_after,
    gap_around,
    gap_at_end,
    index_of,
    plain,
)
from apps.playlist.rules import gap_by_votes
from apps.playlist.selectors import (
    item_in,
    locked_item,
    locked_item_and_plays,
    locked_item_and_vote,
    locked_queue,
    locked_room,
    locked_track,
    open_plays,
)
from apps.playlist.wish_services import fulfil_wishes
from apps.realtime.decorators import log_action, prevent_duplicate_track, validate_playing_state
from apps.rooms.models import Order, Room
from apps.rooms.selectors import NO_SUCH_ROOM
from apps.users.services import lock_person_later
from core.database import in_transaction
from core.errors import ErrorSpec, InternalError, InvalidInput, NotFound, raises
from core.statements import fetch_all

__all__ = ["Place", "add_item", "calculate_position"]

logger = logging.getLogger(__name__)
# A removed item can be restored for this long.
RESTORABLE_FOR = timedelta(minutes=10)
# Clients can make the chain of removed predecessors long; one that has more was at the head.
MAX_PREDECESSORS = 1000
_PREDECESSORS = (
    "WITH RECURSIVE gone(room_id, after_item_number, number) AS ("
    "SELECT room_id, after_item_number, 1 FROM playlist_removeditem WHERE item_number = %s AND room_id = %s"
    " UNION ALL SELECT removed.room_id, removed.after_item_number, number + 1 FROM gone"
    " JOIN playlist_removeditem AS removed"
    " ON removed.item_number = gone.after_item_number AND removed.room_id = gone.room_id WHERE number < %s"
    ") SELECT after_item_number FROM gone ORDER BY number"
)


@dataclass(frozen=True, slots=True)
class Place:
    """The requested place of an item: at most one of the three; without any, the end of the queue."""

    position: float | None = None
    after_id: int | None = None
    before_id: int | None = None

    @property
    def is_given(self) -> bool:
        return (self.position, self.after_id, self.before_id) != (None, None, None)


def _already_queued(*, slug: str, track_id: int, **_: Any) -> DuplicateTrack:
    item = PlaylistTrack.objects.filter(room__slug=slug, track_id=track_id).first()
    return DuplicateTrack(details={"track_id": track_id, "item_id": item.pk if item else None})


@raises(ErrorSpec(NotFound, "There is no such room, or no such track in the library."), ALREADY_QUEUED, FULL)
@log_action("add_item")
@prevent_duplicate_track(model=PlaylistTrack, constraint="playlist_track_once", error=_already_queued)
def add_item(*, slug: str, track_id: int, added_by: str, place: Place, adder: str = "") -> PlaylistTrack:
    """Adds a track to a room's queue. If votes decide the order, `place` is ignored.

    `adder` is the key of the account or guest whose item it is; it is never shown.
    Also raises InvalidInput if `place` names no item, and NotAuthenticated if the adder was just deleted.
    """
    lock_person_later(adder)
    room, track, count, last, has_wishes = locked_queue(slug, track_id)
    if track is None:
        raise NotFound("There is no such track in the library.")
    item = PlaylistTrack(room=room, track=track, added_by=added_by, adder=adder)
    if room.order == Order.VOTES:
        # It has no votes yet, so it is behind all others without votes.
        item.position = free_position(room, gap_by_votes(room, votes=0, reached_seq=2**63))
    else:
        queue = queue_positions(room) if place.is_given else [last] if last else []
        item.position, item.gap = _position_for(room, queue, place)
    item.save_current(before=None)
    if count >= settings.MAX_QUEUE_ITEMS:
        raise QueueFull(details={"max_items": settings.MAX_QUEUE_ITEMS})
    if has_wishes:
        fulfil_wishes(room, track)
    return _unchanged(item)


@raises(NO_SUCH_ITEM, ErrorSpec(OrderedByVotes, "Votes decide the order of this room."))
@log_action("change_item")
@in_transaction
def change_item(*, slug: str, item_id: int, place: Place, is_playing: bool | None) -> PlaylistTrack:
    """Moves an item, starts or stops it, or both. A move to its own place changes nothing.

    Also raises InvalidInput if `place` names no item.
    """
    item = locked_item(slug, item_id)
    if place.is_given:
        item = _moved(item, place)
    if is_playing is None:
        return item
    if is_playing:
        play_item(slug=slug, item_id=item_id)
    elif item.is_playing:
        stop_playing(slug=slug)
    return item_in(item.room, item_id)


@raises(NO_SUCH_ITEM)
@log_action("remove_item")
@transaction.atomic
def remove_item(*, slug: str, item_id: int) -> None:
    """Removes an item from the queue; if it is playing, its play ends."""
    locked_item(slug, item_id).delete()


def _already_back(*, slug: str, item_id: int) -> DuplicateTrack:
    removed = RemovedItem.objects.filter(pk=item_id).first()
    return _already_queued(slug=slug, track_id=(removed and removed.track_id) or 0)


@raises(
    ErrorSpec(NotFound, "There is no such room, or nothing to restore: items are kept for 10 minutes."),
    ErrorSpec(DuplicateTrack, "The track was queued again meanwhile.", {"track_id": 5, "item_id": 13}),
    FULL,
)
@log_action("restore_item")
@prevent_duplicate_track(model=PlaylistTrack, constraint="playlist_track_once", error=_already_back)
@transaction.atomic
def restore_item(*, slug: str, item_id: int) -> PlaylistTrack:
    """Restores a removed item with its id and votes, after the item that it followed.

    An item that is already in the queue stays unchanged.
    """
    room = locked_room(slug)
    if room.items.filter(pk=item_id).exists():
        return item_in(room, item_id)
    since = timezone.now() - RESTORABLE_FOR
    removed = RemovedItem.objects.filter(pk=item_id, room=room, removed_at__gte=since).first()
    track = locked_track(removed.track_id) if removed and removed.track_id else None
    if removed is None or track is None:
        raise NotFound("There is nothing to restore: removed items are kept for 10 minutes.")
    item = PlaylistTrack(
        id=item_id,
        room=room,
        track=track,
        added_by=removed.added_by,
        adder=removed.adder,
        added_at=removed.added_at,
        played_at=removed.played_at,
        votes_reached_seq=removed.votes_reached_seq,
    )
    item.votes_to_restore = [(voter, value) for voter, value in removed.votes]
    if room.order == Order.VOTES:
        votes = sum(value for _, value in item.votes_to_restore)
        gap = gap_by_votes(room, votes=votes, reached_seq=removed.votes_reached_seq)
        item.position = free_position(room, gap)
    else:
        item.position = free_position(room, _gap_of_removed(room, queue_positions(room), item_id))
    return _inserted(item)


def check_playing_state(room: Room) -> None:
    """Checks that the room's playing item has the only open play; else it is a bug. Raises InternalError."""
    found, room.open_play_item_ids = room.open_play_item_ids, None
    open_play_item_ids = open_plays(room) if found is None else found
    if open_play_item_ids != [room.playing_id] * (room.playing_id is not None):
        logger.error(
            "Room %s plays %s, but has open plays of %s", room.slug, room.playing_id, open_play_item_ids
        )
        raise InternalError


def _check_room_of(item: PlaylistTrack) -> None:
    check_playing_state(item.room)


@raises(NO_SUCH_ITEM)
@log_action("play_item")
@validate_playing_state(check=_check_room_of)
def play_item(*, slug: str, item_id: int) -> PlaylistTrack:
    """Starts this item, and stops the one that was playing. An item that is already playing continues."""
    item = locked_item_and_plays(slug, item_id)
    room = item.room
    if room.playing_id != item.pk:
        before = room.copied()
        room.playing = item
        room.save_current(before=before, update_fields=["playing"])
    return _unchanged(item)


@raises(NO_SUCH_ROOM)
@log_action("stop_playing")
@validate_playing_state(check=check_playing_state)
def stop_playing(*, slug: str) -> Room:
    """Stops the item that is playing, if any."""
    room = locked_room(slug)
    if room.playing_id is not None:
        before = room.copied()
        room.playing = None
        room.save_current(before=before, update_fields=["playing"])
    return room


@raises(NO_SUCH_ITEM)
@log_action("cast_vote")
@in_transaction
def cast_vote(
    *, slug: str, item_id: int, voter: str, step: int = 0, value: int | None = None
) -> tuple[PlaylistTrack, int]:
    """Sets the voter's vote to `value`, or moves it by `step`, within −1 … +1; returns it with the item.

    Raises NotAuthenticated if the voter was just deleted, or has become an account.
    """
    lock_person_later(voter)
    item, vote, total = locked_item_and_vote(slug, item_id, voter=voter)
    held = vote.value if vote else 0
    wanted = max(-1, min(1, held + step)) if value is None else value
    if wanted != held:
        item.counted_votes = total - held + wanted
        _set_vote(item, vote, voter=voter, value=wanted)
    return _unchanged(item), wanted


@in_transaction
def withdraw_vote(*, slug: str, item_id: int, voter: str) -> None:
    """Withdraws the vote, if there is one. The caller holds the voter's lock. Raises NotFound."""
    item, vote, total = locked_item_and_vote(slug, item_id, voter=voter)
    if vote is not None:
        item.counted_votes = total - vote.value
        _set_vote(item, vote, voter=voter, value=0)


# --- Inside ------------------------------------------------------------------------------------------


def _set_vote(item: PlaylistTrack, vote: Vote | None, *, voter: str, value: int) -> None:
    before = vote.copied() if vote else None
    if vote is None:
        vote = Vote(item=item, voter=voter)
    vote.value = value
    if value:
        vote.save_current(before=before, update_fields=["value"] if before else None)
    else:
        vote.delete_current()


def _inserted(item: PlaylistTrack) -> PlaylistTrack:
    """Saves a new item; a constraint rejects a track that is already queued. Raises QueueFull."""
    item.save(force_insert=True)
    room = item.room
    if room.items.count() > settings.MAX_QUEUE_ITEMS:
        raise QueueFull(details={"max_items": settings.MAX_QUEUE_ITEMS})
    return item_in(room, item.pk)


def _moved(item: PlaylistTrack, place: Place) -> PlaylistTrack:
    if item.room.order == Order.VOTES:
        raise OrderedByVotes
    queue = queue_positions(item.room, without=item.pk)
    position, gap = _position_for(item.room, queue, place, moving=item)
    if not gap.holds(position):
        item = item_in(item.room, item.pk)  # a renumbering has changed its position
    if position == item.position:
        return item
    before = item.copied()
    item.position, item.gap = position, gap
    item.save_current(before=before, update_fields=["position"])
    return _unchanged(item)


def _unchanged(item: PlaylistTrack) -> PlaylistTrack:
    """The item after its write; read again if a renumbering or the votes may have moved it."""
    is_wide = item.gap is None or item.gap.is_wide_with(item.position)
    is_settled = is_wide if item.room.order == Order.MANUAL else item.is_in_rank
    return item if is_settled else item_in(item.room, item.pk)


def _position_for(
    room: Room, queue: list[QueuePosition], place: Place, *, moving: PlaylistTrack | None = None
) -> tuple[float, Gap]:
    """The position of an item at `place`, or its current one if it is already there; and the gap.

    `queue` has all other items; for the end of the queue, the last one is enough.
    """
    gap = gap_at_end(queue)
    if place.position is not None:
        gap, is_free = gap_around(queue, place.position)
        if is_free:
            return plain(place.position), gap
    elif place.after_id is not None:
        gap = _gap_next_to(room, queue, place.after_id, field="after", moving=moving)
    elif place.before_id is not None:
        gap = _gap_next_to(room, queue, place.before_id, field="before", moving=moving)
    if moving is not None and gap.holds(moving.position):
        return moving.position, gap
    return free_position(room, gap), gap


def _gap_next_to(
    room: Room, queue: list[QueuePosition], neighbour_id: int, *, field: str, moving: PlaylistTrack | None
) -> Gap:
    """The gap after or before the neighbour, or where it was if it was removed. Raises InvalidInput."""
    if moving is not None and neighbour_id == moving.pk:
        return _gap_of(queue, moving)
    index = index_of(queue, neighbour_id)
    if index is not None:
        return gap_after(queue, index if field == "after" else index - 1)
    if RemovedItem.objects.filter(pk=neighbour_id, room=room).exists():
        return _gap_of_removed(room, queue, neighbour_id, moving=moving)
    raise InvalidInput.of(field, "There is no such item in this room, and there was none.")


def _gap_of(queue: list[QueuePosition], item: PlaylistTrack) -> Gap:
    """The current gap of the item among the others: a move next to itself changes nothing."""
    gap, _ = gap_around(queue, item.position)
    return gap


def _gap_of_removed(
    room: Room, queue: list[QueuePosition], item_id: int, *, moving: PlaylistTrack | None = None
) -> Gap:
    """The gap where a removed item was: after its closest predecessor that is still in the queue.

    If that is the item to be moved, the item is already there.
    """
    predecessors = [one for (one,) in fetch_all(_PREDECESSORS, [item_id, room.pk, MAX_PREDECESSORS])]
    indexes = {standing.item_id: index for index, standing in enumerate(queue)}
    for predecessor in predecessors:
        if moving is not None and predecessor == moving.pk:
            return _gap_of(queue, moving)
        if predecessor in indexes:
            return gap_after(queue, indexes[predecessor])
    has_beginning = len(predecessors) == MAX_PREDECESSORS or predecessors[-1:] == [None]
    return gap_after(queue, -1) if has_beginning else gap_at_end(queue)
