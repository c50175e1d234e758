"""Votes counted, and the queue kept in their order where votes decide it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Sum

from apps.playlist.placement import (
    Gap,
    free_position,
    gap_after,
    gap_at_end,
    renumber,
    standings,
)
from apps.realtime.services import lock_stream

if TYPE_CHECKING:
    from apps.playlist.models import PlaylistTrack, Room


class Rank(NamedTuple):
    """Smaller stands further in front: what plays, more votes, who reached them earlier, the lower id."""

    waits: bool
    fewer_votes: int
    reached_seq: int
    item_id: int


def count_votes(item: "PlaylistTrack", before: "PlaylistTrack | None") -> None:
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


def recount(item: "PlaylistTrack", *, is_current: bool) -> None:
    """Takes over what the item's votes say now."""
    counted = ["votes", "votes_reached_seq"]
    if is_current:
        item.save_current(before=item.copied(), update_fields=counted)
    else:
        fresh = type(item)._base_manager.select_related("room", "track").get(pk=item.pk)
        fresh.save(update_fields=counted)


def keep_restored_votes(item: "PlaylistTrack") -> None:
    """Writes the votes with which an item comes back; its row, which had to be there first, counts them."""
    if not item.votes_to_restore:
        return
    restored, item.votes_to_restore = item.votes_to_restore, ()
    votes = item.cast_votes
    votes.bulk_create_unannounced(
        [votes.model(item=item, voter=voter, value=value) for voter, value in restored]
    )


def ranks(room: "Room") -> list[Rank]:
    """The queue as votes order it."""
    rows = room.items.values_list("pk", "votes", "votes_reached_seq")
    return sorted(Rank(pk != room.playing_id, -votes, reached, pk) for pk, votes, reached in rows)


def gap_by_votes(room: "Room", *, votes: int, reached_seq: int) -> Gap:
    """Where an item that is not there yet belongs."""
    queue = {standing.item_id: standing for standing in standings(room)}
    ordered = [queue[rank.item_id] for rank in _settled_ranks(room)]
    newcomer = Rank(waits=True, fewer_votes=-votes, reached_seq=reached_seq, item_id=2**63)
    index = sum(rank < newcomer for rank in ranks(room))
    return gap_after(ordered, index - 1) if ordered else gap_at_end(ordered)


def settle_order(room: "Room", *, moved_ids: Iterable[int | None] = (), is_current: bool = False) -> None:
    """Makes positions say what votes say, where votes decide.

    The items of `moved_ids` are those that may have risen or fallen; each gets a position between its new
    neighbours. When others are out of order too, as after the room's order was changed, all are renumbered.
    """
    if not is_current:
        room = type(room)._base_manager.get(pk=room.pk)  # what plays may have changed since it was loaded
    if room.order != "votes":
        return
    wanted = [rank.item_id for rank in ranks(room)]
    standing = [standing.item_id for standing in standings(room)]
    moved = [item_id for item_id in wanted if item_id in set(moved_ids)]
    if [i for i in wanted if i not in moved] != [i for i in standing if i not in moved]:
        renumber(room, order=wanted)
        return
    for item_id in moved:
        _move_into_rank(room, item_id, wanted, waiting=moved[moved.index(item_id) + 1 :])


def _move_into_rank(room: "Room", item_id: int, wanted: Sequence[int], *, waiting: Sequence[int]) -> None:
    """Moves one item behind the one that it follows; `waiting` ones are still to be moved."""
    settled = [other for other in wanted if other not in waiting]
    index = settled.index(item_id)
    by_id = {standing.item_id: standing for standing in standings(room)}
    follower = by_id[settled[index + 1]] if index + 1 < len(settled) else None
    leader = by_id[settled[index - 1]] if index else None
    if Gap(leader, follower).holds(by_id[item_id].position):
        return
    queue = standings(room, without=item_id)
    behind = queue.index(leader) if leader else -1
    item = room.items.select_related("room", "track").get(pk=item_id)
    item.position = free_position(room, gap_after(queue, behind))
    item.is_being_settled = True
    item.save(update_fields=["position"])


def _settled_ranks(room: "Room") -> list[Rank]:
    """The ranks, after positions were made to say the same."""
    settle_order(room)
    return ranks(room)


def _next_seq(room: "Room") -> int:
    """The number of the event that this change will be told by. Exact under the room's lock."""
    return lock_stream(room.stream_id).seq + 1
