"""Every write to a queue: adding, moving, playing, voting, removing, restoring."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.playlist.errors import DuplicateTrack, OrderedByVotes, QueueFull
from apps.playlist.models import Order, PlaylistTrack, RemovedItem, Room, Vote
from apps.playlist.placement import (
    Gap,
    Standing,
    free_position,
    gap_after,
    gap_around,
    gap_at_end,
    index_of,
    standings,
)
from apps.playlist.positions import calculate_position, plain
from apps.playlist.selectors import (
    item_in,
    locked_item,
    locked_item_and_plays,
    locked_item_and_vote,
    locked_queue,
    locked_room,
    open_plays,
)
from apps.playlist.tally import gap_by_votes
from apps.realtime.decorators import log_action, prevent_duplicate_track, validate_playing_state
from apps.tracks.models import Track
from apps.users.holding import hold_person
from core.errors import InternalError, InvalidInput, NotFound
from core.transactions import in_transaction

__all__ = ["Place", "add_item", "calculate_position"]

logger = logging.getLogger(__name__)
# A removed item can be brought back for so long.
RESTORABLE_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is wanted: at most one of the three; none is the end of the queue."""

    position: float | None = None
    after_id: int | None = None
    before_id: int | None = None

    @property
    def is_given(self) -> bool:
        return (self.position, self.after_id, self.before_id) != (None, None, None)


def _already_queued(*, slug: str, track_id: int, **_: Any) -> DuplicateTrack:
    item = PlaylistTrack.objects.filter(room__slug=slug, track_id=track_id).first()
    return DuplicateTrack(details={"track_id": track_id, "item_id": item.pk if item else None})


@log_action("add_item")
@prevent_duplicate_track(model=PlaylistTrack, constraint="playlist_track_once", error=_already_queued)
def add_item(*, slug: str, track_id: int, added_by: str, place: Place, adder: str = "") -> PlaylistTrack:
    """Adds a track to a room's queue; where votes decide the order, the place is passed over.

    `adder` is the key of the account or guest whose item it is, which nobody is shown.
    Raises NotFound, InvalidInput, DuplicateTrack, QueueFull; NotAuthenticated when the adder has just gone.
    """
    hold_person(adder)
    room, count, last = locked_queue(slug)
    track = _track_that_stays(track_id)
    if track is None:
        raise NotFound("There is no such track in the library.")
    item = PlaylistTrack(room=room, track=track, added_by=added_by, adder=adder)
    if room.order == Order.VOTES:
        # Nobody has voted for it yet, so it stands behind all others without votes.
        item.position = free_position(room, gap_by_votes(room, votes=0, reached_seq=2**63))
    else:
        queue = standings(room) if place.is_given else [last] if last else []
        item.position, item.gap = _position_for(room, queue, place)
    item.save_current(before=None)
    if count >= settings.MAX_QUEUE_ITEMS:
        raise QueueFull(details={"max_items": settings.MAX_QUEUE_ITEMS})
    return _as_it_stands(item)


@log_action("change_item")
@in_transaction
def change_item(*, slug: str, item_id: int, place: Place, is_playing: bool | None) -> PlaylistTrack:
    """Moves an item, starts or stops it, or both. Where it stands already, nothing happens.

    Raises NotFound, InvalidInput, OrderedByVotes.
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


@log_action("remove_item")
@transaction.atomic
def remove_item(*, slug: str, item_id: int) -> None:
    """Takes an item out of the queue; if it plays, its play ends. Raises NotFound."""
    locked_item(slug, item_id).delete()


def _already_back(*, slug: str, item_id: int) -> DuplicateTrack:
    removed = RemovedItem.objects.filter(pk=item_id).first()
    return _already_queued(slug=slug, track_id=(removed and removed.track_id) or 0)


@log_action("restore_item")
@prevent_duplicate_track(model=PlaylistTrack, constraint="playlist_track_once", error=_already_back)
@transaction.atomic
def restore_item(*, slug: str, item_id: int) -> PlaylistTrack:
    """Brings a removed item back under its id, with its votes, behind the one that it stood behind.

    One that is there already stays as it is. Raises NotFound (also when it is too late), DuplicateTrack,
    QueueFull.
    """
    room = locked_room(slug)
    if room.items.filter(pk=item_id).exists():
        return item_in(room, item_id)
    since = timezone.now() - RESTORABLE_FOR
    removed = RemovedItem.objects.filter(pk=item_id, room=room, removed_at__gte=since).first()
    track = _track_that_stays(removed.track_id) if removed and removed.track_id else None
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
        item.position = free_position(room, _gap_of_gone(room, standings(room), item_id))
    return _inserted(item)


def check_playing_state(room: Room) -> None:
    """What plays and the record of plays say the same; a bug otherwise. Raises InternalError."""
    going_on = open_plays(room)
    if going_on != [room.playing_id] * (room.playing_id is not None):
        logger.error("Room %s plays %s, but these plays go on: %s", room.slug, room.playing_id, going_on)
        raise InternalError


def _check_room_of(item: PlaylistTrack) -> None:
    check_playing_state(item.room)


@log_action("play_item")
@validate_playing_state(check=_check_room_of)
def play_item(*, slug: str, item_id: int) -> PlaylistTrack:
    """Makes this the item that plays; whatever played before stops. What plays already goes on.

    Raises NotFound.
    """
    item = locked_item_and_plays(slug, item_id)
    room = item.room
    if room.playing_id != item.pk:
        before = room.copied()
        room.playing = item
        room.save_current(before=before, update_fields=["playing"])
    return _as_it_stands(item)


@log_action("stop_playing")
@validate_playing_state(check=check_playing_state)
def stop_playing(*, slug: str) -> Room:
    """Nothing plays from here on. Raises NotFound for an unknown room."""
    room = locked_room(slug)
    if room.playing_id is not None:
        before = room.copied()
        room.playing = None
        room.save_current(before=before, update_fields=["playing"])
    return room


@log_action("cast_vote")
@in_transaction
def cast_vote(
    *, slug: str, item_id: int, voter: str, step: int = 0, value: int | None = None
) -> tuple[PlaylistTrack, int]:
    """Sets the voter's vote to `value`, or moves it by `step`, within −1 … +1; returns it with the item.

    Raises NotFound; NotAuthenticated when the voter has just gone, or become an account.
    """
    hold_person(voter)
    item, vote, total = locked_item_and_vote(slug, item_id, voter=voter)
    held = vote.value if vote else 0
    wanted = max(-1, min(1, held + step)) if value is None else value
    if wanted != held:
        item.counted_votes = total - held + wanted
        _set_vote(item, vote, voter=voter, value=wanted)
    return _as_it_stands(item), wanted


@in_transaction
def withdraw_vote(*, slug: str, item_id: int, voter: str) -> None:
    """Takes the vote back, if there is one. For a caller that holds the voter. Raises NotFound."""
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


def _track_that_stays(track_id: int) -> Track | None:
    """The track, which nobody can delete until this transaction has ended."""
    return Track.objects.select_for_update(no_key=True).filter(pk=track_id).first()


def _inserted(item: PlaylistTrack) -> PlaylistTrack:
    """Saves a new item; the database knows whether its track is queued already. Raises QueueFull."""
    item.save(force_insert=True)
    room = item.room
    if room.items.count() > settings.MAX_QUEUE_ITEMS:
        raise QueueFull(details={"max_items": settings.MAX_QUEUE_ITEMS})
    return item_in(room, item.pk)


def _moved(item: PlaylistTrack, place: Place) -> PlaylistTrack:
    if item.room.order == Order.VOTES:
        raise OrderedByVotes
    queue = standings(item.room, without=item.pk)
    position, gap = _position_for(item.room, queue, place, moving=item)
    if not gap.holds(position):
        item = item_in(item.room, item.pk)  # a renumbering on the way has changed where it stands
    if position == item.position:
        return item
    before = item.copied()
    item.position, item.gap = position, gap
    item.save_current(before=before, update_fields=["position"])
    return _as_it_stands(item)


def _as_it_stands(item: PlaylistTrack) -> PlaylistTrack:
    """The item behind its write: read again where others may have moved it."""
    is_settled = item.room.order == Order.MANUAL and (
        item.gap is None or item.gap.is_wide_with(item.position)
    )
    return item if is_settled else item_in(item.room, item.pk)


def _position_for(
    room: Room, queue: list[Standing], place: Place, *, moving: PlaylistTrack | None = None
) -> tuple[float, Gap]:
    """The number that puts an item where it is wanted, its own where it stands there already; and the gap.

    `queue` is that of all others; for the end of the queue the last one will do.
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
    room: Room, queue: list[Standing], neighbour_id: int, *, field: str, moving: PlaylistTrack | None
) -> Gap:
    """Directly after or before the named item, or where it was, when it has gone. Raises InvalidInput."""
    if moving is not None and neighbour_id == moving.pk:
        return _gap_of(queue, moving)
    index = index_of(queue, neighbour_id)
    if index is not None:
        return gap_after(queue, index if field == "after" else index - 1)
    if RemovedItem.objects.filter(pk=neighbour_id, room=room).exists():
        return _gap_of_gone(room, queue, neighbour_id, moving=moving)
    raise InvalidInput.of(field, "There is no such item in this room, and there was none.")


def _gap_of(queue: list[Standing], item: PlaylistTrack) -> Gap:
    """Where the item stands among the others: next to itself nothing changes."""
    gap, _ = gap_around(queue, item.position)
    return gap


def _gap_of_gone(
    room: Room, queue: list[Standing], item_id: int, *, moving: PlaylistTrack | None = None
) -> Gap:
    """Where a removed item stood: behind the nearest one in front of it that is still there.

    That may be the very item that is to be moved: then it stands right already.
    """
    seen: set[int] = set()
    wanted: int | None = item_id
    while wanted is not None and wanted not in seen:
        seen.add(wanted)
        removed = RemovedItem.objects.filter(pk=wanted, room=room).first()
        if removed is None:
            return gap_at_end(queue)
        wanted = removed.after_item_number
        if moving is not None and wanted == moving.pk:
            return _gap_of(queue, moving)
        index = None if wanted is None else index_of(queue, wanted)
        if index is not None:
            return gap_after(queue, index)
    return gap_after(queue, -1)
