"""What queues keep of people: votes, items, plays, rooms. How it is told, handed over and erased.

Things are kept under a person's key, which nobody is shown; what is shown is a name, as it was said.
"""

import secrets
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from apps.playlist.models import ANONYMOUS, Play, PlaylistTrack, RemovedItem, Room, Vote
from apps.playlist.traces import forget_name_in_answers, streams_that_say
from apps.realtime.selectors import tops_of
from apps.realtime.services import begin_new_epoch, drop_events, lock_streams

# Who cast votes that stay when the person has gone. Each has another, so that no two people become one voter.
NOBODY = "nobody:"


class QueueBelongings:
    """Of one person, over all rooms."""

    # --- Telling -------------------------------------------------------------------------------------

    def exported(self, key: str) -> dict[str, Any]:
        return {
            "votes": [
                {"room": room, "item_id": item, "track": title, "value": value, "cast_at": at}
                for room, item, title, value, at in Vote.objects.filter(voter=key)
                .order_by("pk")
                .values_list("item__room__slug", "item_id", "item__track__title", "value", "created_at")
            ],
            "items": _told(PlaylistTrack.objects.filter(adder=key).order_by("pk"), "added_by", "added_at"),
            "removed_items": _told(
                RemovedItem.objects.filter(adder=key).order_by("pk"), "added_by", "added_at", "removed_at"
            ),
            "votes_for_removed_items": [
                {"room": removed.room.slug, "item_id": removed.pk, "value": value}
                for removed in _removed_with_votes_of(key).select_related("room").order_by("pk")
                for voter, value in removed.votes
                if voter == key
            ],
            "plays": [
                {
                    "room": play.room.slug,
                    "started_at": play.started_at,
                    "ended_at": play.ended_at,
                    "item": play.item,
                }
                for play in Play.objects.filter(adder=key).select_related("room").order_by("pk")
            ],
            "rooms": list(
                Room.objects.filter(created_by=key).order_by("pk").values("slug", "name", "created_at")
            ),
        }

    # --- A guest becomes an account ------------------------------------------------------------------

    def hand_over(self, *, giver: str, taker: str) -> None:
        """Where both have voted for an item, the account's vote stays, and the item is counted anew."""
        lock_streams(sorted(_streams_of(giver)))
        both = Vote.objects.filter(
            voter=giver, item_id__in=Vote.objects.filter(voter=taker).values("item_id")
        )
        for vote in both.select_related("item__room").order_by("item__room__stream_id", "pk"):
            vote.delete()
        Vote.objects.filter(voter=giver).update_unannounced(voter=taker)
        _change_votes_of_removed(giver, taker)
        PlaylistTrack.objects.filter(adder=giver).update_unannounced(adder=taker)
        RemovedItem.objects.filter(adder=giver).update(adder=taker)
        Play.objects.filter(adder=giver).update(adder=taker)
        Room.objects.filter(created_by=giver).update_unannounced(created_by=taker)

    # --- Somebody goes -------------------------------------------------------------------------------

    def erase(self, key: str, *, names: Collection[str]) -> None:
        """Votes keep counting, as nobody's. Items and plays stay under a neutral name; no log has another.

        Clients that listen are told of each item; where none is left to be told of, they get a snapshot.
        """
        said = {*names, *_names_said(key)}
        telling = _streams_with_name_of(key) | streams_that_say(said)
        lock_streams(sorted(telling | _streams_of(key)))
        before = tops_of(sorted(telling))
        item_ids = _item_ids(key)
        nobody = f"{NOBODY}{secrets.token_hex(8)}"
        Vote.objects.filter(voter=key).update_unannounced(voter=nobody)
        _change_votes_of_removed(key, nobody)
        Room.objects.filter(created_by=key).update_unannounced(created_by="")
        _rename_items(key)
        forget_name_in_answers(item_ids=item_ids, names=said, neutral=ANONYMOUS)
        after = tops_of(sorted(telling))
        for stream_id, top in before.items():
            if after[stream_id].seq > top.seq:
                drop_events(stream_id=stream_id, until=top.seq)
            else:
                begin_new_epoch(stream_id=stream_id)


def _rename_items(key: str) -> None:
    items = PlaylistTrack.objects.filter(adder=key).select_related("room", "track")
    for item in items.order_by("room__stream_id", "position"):
        item.added_by, item.adder = ANONYMOUS, ""
        item.save(update_fields=["added_by", "adder"])
    RemovedItem.objects.filter(adder=key).update(added_by=ANONYMOUS, adder="")
    plays = list(Play.objects.filter(adder=key))
    for play in plays:
        play.item["added_by"], play.adder = ANONYMOUS, ""
    Play.objects.bulk_update(plays, ["item", "adder"], batch_size=300)


def _change_votes_of_removed(giver: str, taker: str) -> None:
    """A removed item comes back with its votes; each voter has one of them."""
    for removed in _removed_with_votes_of(giver):
        votes: dict[str, int] = dict(removed.votes)
        if giver in votes:
            value = votes.pop(giver)
            votes.setdefault(taker, value)
            removed.votes = [[voter, value] for voter, value in votes.items()]
            removed.save(update_fields=["votes"])


def _removed_with_votes_of(key: str) -> QuerySet[RemovedItem]:
    """At least those: by the text of the pairs, since not every database can look into them."""
    rows = RemovedItem.objects.annotate(votes_text=Cast("votes", TextField()))
    return rows.filter(votes_text__contains=f'"{key}"')


def _told(rows: Any, *fields: str) -> list[dict[str, Any]]:
    return [
        {
            "room": row.room.slug,
            "item_id": row.pk,
            "track": row.track.title if row.track else None,
            **{field: getattr(row, field) for field in fields},
        }
        for row in rows.select_related("room", "track")
    ]


def _streams_of(key: str) -> set[int]:
    """Rooms in which anything belongs to the person."""
    adding = {
        stream_id
        for model in (PlaylistTrack, RemovedItem, Play)
        for stream_id in _rows_of(model, key).values_list("room__stream_id", flat=True)
    }
    return (
        adding
        | set(Vote.objects.filter(voter=key).values_list("item__room__stream_id", flat=True))
        | set(_removed_with_votes_of(key).values_list("room__stream_id", flat=True))
        | set(Room.objects.filter(created_by=key).values_list("stream_id", flat=True))
    )


def _streams_with_name_of(key: str) -> set[int]:
    """Rooms that show, or could show again, what the person added under a name."""
    waiting = {
        stream_id
        for model in (PlaylistTrack, RemovedItem)
        for stream_id in _rows_of(model, key)
        .exclude(added_by=ANONYMOUS)
        .values_list("room__stream_id", flat=True)
    }
    plays = Play.objects.filter(adder=key).values_list("room__stream_id", "item")
    return waiting | {stream_id for stream_id, item in plays if item["added_by"] != ANONYMOUS}


def _names_said(key: str) -> set[str]:
    """What the person was called where something was added."""
    said = {
        name
        for model in (PlaylistTrack, RemovedItem)
        for name in _rows_of(model, key).values_list("added_by", flat=True)
    }
    played = {item["added_by"] for item in Play.objects.filter(adder=key).values_list("item", flat=True)}
    return (said | played) - {ANONYMOUS}


def _item_ids(key: str) -> Sequence[int]:
    fields = ((PlaylistTrack, "pk"), (RemovedItem, "pk"), (Play, "item_number"))
    return [
        number for model, field in fields for number in _rows_of(model, key).values_list(field, flat=True)
    ]


def _rows_of(model: Any, key: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(adder=key)
    return rows
