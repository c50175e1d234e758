"""What follows from a change of a room, an item or a vote, by any writer: service, admin, shell or command.

Votes are counted, the queue is kept in their order where they decide it, a play begins and ends with what
plays, and what an item was is kept when it goes. All of it is in the transaction of the change.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction
from django.db.models import Sum
from django.dispatch import Signal
from django.utils import timezone

from apps.playlist.models import (
    POSITION_TOO_FAR,
    STREAM_KIND,
    Play,
    PlaylistTrack,
    RemovedItem,
    Vote,
)
from apps.playlist.payloads import item_payload
from apps.playlist.placement import (
    free_position,
    nonzero_position_of,
    queue_positions,
    renumber,
    renumber_if_tight,
)
from apps.playlist.positions import Gap, QueuePosition, gap_after, gap_at_end, is_usable
from apps.realtime.services import close_stream, lock_stream, lock_streams, open_stream
from apps.rooms.models import MAIN_ROOM, Order, Room
from apps.tracks.models import Track
from core.changes import Rules, register_rules
from core.errors import Conflict, InvalidInput
from core.statements import fetch_all, update_and_read

# Sent in the transaction that switches the playing item of a room, after the event; argument: `room`.
play_switched = Signal()
# Sent in the transaction that deletes a room, before Django reads what refers to it; argument: `room`.
room_deletion_began = Signal()


@register_rules(Room)
class RoomRules(Rules[Room]):
    def before_change(self, row: Room, before: Room | None) -> None:
        if before is None:
            row.stream = open_stream(kind=STREAM_KIND, name=row.slug)
            return
        if row.writes("slug") and row.slug != before.slug:
            raise InvalidInput.of("slug", "A room keeps its slug.")
        row.has_player = row.has_player or before.has_player
        if row.writes("playing") and row.playing_id != before.playing_id:
            to_item = row.playing if row.is_current else None
            row.open_play_item_ids = switch_play(room=before, to_item_id=row.playing_id, to_item=to_item)

    def after_change(self, row: Room, before: Room | None) -> None:
        if before is not None and (row.playing_id, row.order) != (before.playing_id, before.order):
            apply_vote_order(
                row,
                moved_ids=[before.playing_id, row.playing_id],
                is_current=row.is_current,
                item=row.playing if row.is_current else None,
            )
        if before is not None and row.playing_id != before.playing_id:
            play_switched.send(sender=Room, room=row)

    def before_deletion(self, row: Room) -> None:
        if row.slug == MAIN_ROOM:
            raise Conflict("The main room always exists.")
        room_deletion_began.send(sender=Room, room=row)

    def after_deletion(self, row: Room) -> None:
        close_stream(row.stream_id)


@register_rules(PlaylistTrack)
class ItemRules(Rules[PlaylistTrack]):
    def before_change(self, row: PlaylistTrack, before: PlaylistTrack | None) -> None:
        if before is not None and row.room_id != before.room_id:
            raise InvalidInput.of("room", "An item stays in its room.")
        if not is_usable(row.position):
            raise InvalidInput.of("position", POSITION_TOO_FAR)
        if row.position == 0 and (before is None or before.position != 0):
            row.position = nonzero_position_of(row)
        _count_votes(row, before)

    def after_change(self, row: PlaylistTrack, before: PlaylistTrack | None) -> None:
        _restore_votes(row)
        has_moved = before is None or row.position != before.position
        if (has_moved or before is None or row.votes != before.votes) and not row.is_being_settled:
            apply_vote_order(row.room, moved_ids=[row.pk], is_current=row.is_current, item=row)
        if has_moved and not (row.gap and row.gap.is_wide_with(row.position)):
            renumber_if_tight(row.room, row.pk)

    def before_deletion(self, row: PlaylistTrack) -> None:
        if row.is_playing:
            row.room.playing = None
            row.room.save(update_fields=["playing"])
        _store_removed(row)


@register_rules(Vote)
class VoteRules(Rules[Vote]):
    def after_change(self, row: Vote, before: Vote | None) -> None:
        if before is not None and before.item_id != row.item_id:
            raise InvalidInput.of("item", "A vote stays with its item.")
        _recount(row.item, is_current=row.is_current)

    def after_deletion(self, row: Vote) -> None:
        _recount(row.item, is_current=row.is_current)


# --- Votes -------------------------------------------------------------------------------------------


def _count_votes(item: PlaylistTrack, before: PlaylistTrack | None) -> None:
    """Sets the item's count from its votes, and notes the event at which a new count is reached."""
    if before is None:
        item.votes = sum(value for _, value in item.votes_to_restore)
        if not item.votes_reached_seq:
            item.votes_reached_seq = _next_seq(item.room)
        return
    if not item.writes("votes"):
        return
    if item.counted_votes is None:
        item.votes = item.cast_votes.aggregate(sum=Sum("value"))["sum"] or 0
    else:
        item.votes = item.counted_votes
    item.votes_reached_seq = before.votes_reached_seq
    if item.votes != before.votes:
        item.votes_reached_seq = _next_seq(item.room)


def _recount(item: PlaylistTrack, *, is_current: bool) -> None:
    """Takes over what the item's votes say now."""
    counted = ["votes", "votes_reached_seq"]
    if is_current:
        item.save_current(before=item.copied(), update_fields=counted)
    else:
        fresh = PlaylistTrack.objects.select_related("room", "track").get(pk=item.pk)
        fresh.save(update_fields=counted)


def _restore_votes(item: PlaylistTrack) -> None:
    """Writes the votes with which an item comes back; its row, which had to be there first, counts them."""
    if not item.votes_to_restore:
        return
    restored, item.votes_to_restore = item.votes_to_restore, ()
    Vote.objects.bulk_create_without_events(
        [Vote(item=item, voter=voter, value=value) for voter, value in restored]
    )


def _next_seq(room: Room) -> int:
    """The number of the event that this change will send. Exact under the room's lock."""
    return lock_stream(room.stream_id).seq + 1


# --- The order by votes ------------------------------------------------------------------------------


class Rank(NamedTuple):
    """Smaller is further in front: what plays, more votes, votes reached earlier, the lower id."""

    waits: bool
    fewer_votes: int
    reached_seq: int
    item_id: int


_RANKS = (
    "SELECT id, votes, votes_reached_seq, position FROM playlist_playlisttrack WHERE room_id = %s"
    " ORDER BY position"
)


def ranks_and_positions(room: Room) -> tuple[list[Rank], list[QueuePosition]]:
    """The queue in the order by votes, and in the order of its positions."""
    rows = fetch_all(_RANKS, [room.pk])
    ranks = sorted(Rank(pk != room.playing_id, -votes, reached, pk) for pk, votes, reached, _ in rows)
    return ranks, [QueuePosition(position, pk) for pk, _, _, position in rows]


def gap_by_votes(room: Room, *, votes: int, reached_seq: int) -> Gap:
    """Where an item that is not there yet belongs."""
    apply_vote_order(room)
    ranks, queue = ranks_and_positions(room)
    newcomer = Rank(waits=True, fewer_votes=-votes, reached_seq=reached_seq, item_id=2**63)
    index = sum(rank < newcomer for rank in ranks)
    return gap_after(queue, index - 1) if queue else gap_at_end(queue)


def apply_vote_order(
    room: Room,
    *,
    moved_ids: Iterable[int | None] = (),
    is_current: bool = False,
    item: PlaylistTrack | None = None,
) -> None:
    """Makes positions say what votes say, where votes decide.

    The items of `moved_ids` are those that may have risen or fallen; each gets a position between its new
    neighbours. When others are out of order too, as after the room's order was changed, all are renumbered.
    With `is_current`, room and `item`, which is one of them, are as the database has them.
    """
    if not is_current:
        room = Room.objects.get(pk=room.pk)  # what plays may have changed since it was loaded
    if room.order != Order.VOTES:
        return
    ranks, queue = ranks_and_positions(room)
    wanted = [rank.item_id for rank in ranks]
    standing = [standing.item_id for standing in queue]
    moved = [item_id for item_id in wanted if item_id in set(moved_ids)]
    if [i for i in wanted if i not in moved] != [i for i in standing if i not in moved]:
        renumber(room, order=wanted)
        return
    for number, item_id in enumerate(moved, start=1):
        known = item if is_current and item and item.pk == item_id else None
        _move_into_rank(room, item_id, queue, wanted, waiting=moved[number:], item=known)
        if number < len(moved):
            queue = queue_positions(room)


def _move_into_rank(
    room: Room,
    item_id: int,
    queue: Sequence[QueuePosition],
    wanted: Sequence[int],
    *,
    waiting: Sequence[int],
    item: PlaylistTrack | None,
) -> None:
    """Moves one item behind the one that it follows; `waiting` ones are still to be moved."""
    settled = [other for other in wanted if other not in waiting]
    index = settled.index(item_id)
    by_id = {standing.item_id: standing for standing in queue}
    follower = by_id[settled[index + 1]] if index + 1 < len(settled) else None
    leader = by_id[settled[index - 1]] if index else None
    if Gap(leader, follower).holds(by_id[item_id].position):
        if item is not None:
            item.is_in_rank = True
        return
    others = [standing for standing in queue if standing.item_id != item_id]
    gap = gap_after(others, others.index(leader) if leader else -1)
    position = free_position(room, gap)
    if item is None or not gap.holds(position):  # a renumbering on the way has changed its position
        item = room.items.select_related("room", "track").get(pk=item_id)
        item.position, item.is_being_settled = position, True
        item.save(update_fields=["position"])
        return
    before = item.copied()
    item.position, item.gap, item.is_being_settled = position, gap, True
    item.save_current(before=before, update_fields=["position"])
    item.is_being_settled, item.is_in_rank = False, gap.is_wide_with(item.position)


# --- What plays --------------------------------------------------------------------------------------

# How many plays go on in a room, and of which item.
_GOING_ON = ", ".join(
    f"(SELECT {found} FROM playlist_play WHERE room_id = %s AND ended_at IS NULL)"  # noqa: S608
    for found in ("COUNT(*)", "MIN(item_number)")
)


def switch_play(
    *, room: Room, to_item_id: int | None, to_item: PlaylistTrack | None = None
) -> list[int] | None:
    """Ends the open play and begins another, in the transaction that changes what `room` plays.

    Returns the items whose plays the database then says go on, where it was asked on the way.

    Called before the room's row changes, with the room as it was; with the item too, where it has been read
    under the room's lock. Raises InvalidInput for an item that is not in the room.
    """
    now = timezone.now()
    for play, played in _open_plays(room) if room.open_plays is None else room.open_plays:
        if played is not None:
            play.item = _item_before(played)
        play.ended_at = now
        play.is_current = room.open_plays is not None
        play.save(update_fields=["item", "ended_at"])
    if to_item_id is None:
        return None
    item = to_item or _item(room, to_item_id)
    if item is None:
        raise InvalidInput.of("playing", "There is no such item in this room.")
    item.played_at = now
    room.plays.create(
        item_number=item.pk,
        track_id=item.track_id,
        item=_item_before(item),
        adder=item.adder,
        started_at=now,
    )
    # Sent with the event of the switch, which carries the whole item.
    found = update_and_read(
        PlaylistTrack, item.pk, {"played_at": now}, read=_GOING_ON, params=[room.pk, room.pk]
    )
    return [found[1]] * found[0] if found else None


def _open_plays(room: Room) -> Iterator[tuple[Play, PlaylistTrack | None]]:
    for play in room.plays.filter(ended_at__isnull=True):
        yield play, _item(room, play.item_number)


def _item(room: Room, item_id: int) -> PlaylistTrack | None:
    found: PlaylistTrack | None = room.items.select_related("track", "room").filter(pk=item_id).first()
    return found


def _item_before(item: PlaylistTrack) -> dict[str, Any]:
    return {**msgspec.to_builtins(item_payload(item)), "is_playing": False}


# --- What goes ---------------------------------------------------------------------------------------


def _store_removed(item: PlaylistTrack) -> None:
    before = item.room.items.filter(position__lt=item.position).order_by("-position").first()
    RemovedItem.objects.update_or_create(
        item_number=item.pk,
        defaults={
            "room_id": item.room_id,
            "track_id": item.track_id,
            "after_item_number": before.pk if before else None,
            "added_by": item.added_by,
            "adder": item.adder,
            "added_at": item.added_at,
            "played_at": item.played_at,
            "votes_reached_seq": item.votes_reached_seq,
            "removed_at": timezone.now(),
            "votes": list(item.cast_votes.values_list("voter", "value")),
        },
    )


# --- Changes and deletion of a library track ---------------------------------------------------------


class _MoreRooms(Exception):
    """The track was queued in another room while its rooms were being locked."""


def lock_rooms_of_track(track_id: int) -> None:
    """Locks every room whose queue shows the track, then the track's own row, which who adds it takes too."""
    if not connection.features.has_select_for_update:
        return  # SQLite: the transaction itself is the only writer
    stream_ids: set[int] = set()
    while True:
        stream_ids |= _streams_showing(track_id)
        lock_streams(sorted(stream_ids))
        try:
            with transaction.atomic():  # gives the track's row back when a room is missing
                list(Track.objects.select_for_update(no_key=True).filter(pk=track_id).values_list("pk"))
                if not _streams_showing(track_id) <= stream_ids:
                    raise _MoreRooms
                return
        except _MoreRooms:
            continue


def remove_items_of_track(track_id: int) -> None:
    """Takes the track out of every queue, one item after the other, each with an event in its room."""
    for item in PlaylistTrack.objects.filter(track_id=track_id).order_by("room__stream_id"):
        item.delete()


def _streams_showing(track_id: int) -> set[int]:
    items = PlaylistTrack.objects.filter(track_id=track_id)
    return set(items.values_list("room__stream_id", flat=True))
