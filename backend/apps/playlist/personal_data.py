"""Personal data in queues: votes, items, plays, rooms; exported, transferred and erased.

Data is stored under a person's key, which is never shown; a name is shown as it was given.
"""

import secrets
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, IntegerField, Model, QuerySet, TextField, When
from django.db.models.functions import Cast
from django.utils import timezone

from apps.playlist.models import ANONYMOUS, Play, PlaylistTrack, RemovedItem, Vote, Wish
from apps.playlist.payloads import redact_stored_responses, streams_containing
from apps.playlist.services import withdraw_vote
from apps.realtime.selectors import StreamHead, tops_of
from apps.realtime.services import begin_new_epoch, drop_all_events, drop_events, lock_streams
from apps.rooms.models import Room
from apps.users.services import lock_person
from core.database import BatchSize, in_batches, within_write_time
from core.statements import update

# Voters of votes that stay after an erasure. Each is different, so that no two people become one voter.
NEUTRAL_KEY = "nobody:"
WITH_ADDERS = (PlaylistTrack, RemovedItem, Play)
# Most rows that one transaction changes when a person is erased or merged: others write in between.
ITEMS_PER_QUERY = 10
RECORDS_PER_QUERY = 200
# A longer log is searched in portions, without repeating the earlier ones.
MEANWHILE = timedelta(hours=1)


class QueuePersonalData:
    """Of one person, over all rooms."""

    # --- Export --------------------------------------------------------------------------------------

    def export(self, key: str) -> dict[str, Any]:
        return {
            "votes": (
                {
                    "room": vote.item.room.slug,
                    "item_id": vote.item_id,
                    "track": vote.item.track.title,
                    "value": vote.value,
                    "cast_at": vote.created_at,
                }
                for vote in in_batches(
                    Vote.objects.filter(voter=key).select_related("item__room", "item__track")
                )
            ),
            "items": _exported(PlaylistTrack.objects.filter(adder=key), "added_by", "added_at"),
            "removed_items": _exported(
                RemovedItem.objects.filter(adder=key), "added_by", "added_at", "removed_at"
            ),
            "votes_for_removed_items": (
                {"room": removed.room.slug, "item_id": removed.pk, "value": value}
                for removed in in_batches(_removed_with_votes_of(key).select_related("room"))
                for voter, value in removed.votes
                if voter == key
            ),
            "plays": (
                {
                    "room": play.room.slug,
                    "started_at": play.started_at,
                    "ended_at": play.ended_at,
                    "item": play.item,
                }
                for play in in_batches(Play.objects.filter(adder=key).select_related("room"))
            ),
            "wishes": (
                {
                    "room": wish.room.slug,
                    "text": wish.text,
                    "wished_by": wish.wished_by,
                    "wished_at": wish.wished_at,
                }
                for wish in in_batches(Wish.objects.filter(wisher=key).select_related("room"))
            ),
            "rooms": (
                {"slug": room.slug, "name": room.name, "created_at": room.created_at}
                for room in in_batches(Room.objects.filter(created_by=key))
            ),
        }

    # --- A guest becomes an account ------------------------------------------------------------------

    def transfer_bulk(self, *, from_key: str, to_key: str) -> None:
        """Room by room, in short transactions."""
        joining = _Transfer(from_key, to_key)
        joining.change_votes_of_removed()
        for stream_id in sorted(_streams_of(from_key)):
            while joining.give_portion(stream_id):
                pass
        while joining.give_rooms():
            pass

    def transfer(self, *, from_key: str, to_key: str) -> None:
        """Where both have voted for an item, the account's vote stays; the item's votes are counted again."""
        since = timezone.now() - MEANWHILE
        streams = sorted(_streams_of(from_key, votes_of_removed_since=since))
        lock_streams(streams)
        _change_votes_of_removed(from_key, to_key, since=since)
        joining = _Transfer(from_key, to_key)
        for stream_id in streams:
            while joining.give_portion(stream_id):
                pass
        Room.objects.filter(created_by=from_key).update_without_events(created_by=to_key)

    # --- Erasure -------------------------------------------------------------------------------------

    def erase_bulk(self, key: str, *, names: Collection[str]) -> None:
        """Room by room, in short transactions. The rest is erased with the person."""
        leaving = _Erasure(key)
        leaving.change_votes_of_removed()
        streams = _streams_of(key)
        called = {*names, *_assigned_names(key)} - {ANONYMOUS}
        said = streams_containing(called, among=_streams_with_items_of(key))
        for stream_id in sorted(streams):
            is_said = stream_id in said
            redact_stored_responses(item_ids=_item_ids(key, stream_id), neutral=ANONYMOUS)
            is_cut = is_said or _has_names(key, stream_id)
            is_done = False
            while not is_done:
                if is_cut:  # in portions, so that little is left to be cut under the room's lock
                    drop_all_events(stream_id=stream_id)
                is_done = leaving.erase_portion(stream_id, is_said=is_said)
        _disown_rooms(key)

    def erase(self, key: str, *, names: Collection[str]) -> None:
        """Votes still count, without a person. Items and plays stay under a neutral name; no log has another.

        Listening clients are sent each changed item; where no item is left, they get a snapshot.
        Only rooms with data of this person are touched, also if others used the same name.
        """
        del names
        leaving = _Erasure(key)
        streams = sorted(_streams_of(key, votes_of_removed_since=timezone.now() - MEANWHILE))
        lock_streams(streams)
        _change_votes_of_removed(key, leaving.neutral_key, since=timezone.now() - MEANWHILE)
        for stream_id in streams:
            while not leaving.erase_portion(stream_id):
                pass
        Room.objects.filter(created_by=key).update_without_events(created_by="")


class _Transfer:
    """The transfer of a guest's data to an account, in every room."""

    def __init__(self, from_key: str, to_key: str) -> None:
        self._giver, self._taker = from_key, to_key
        models: tuple[type[Model], ...] = (Vote, *WITH_ADDERS, Wish, Room)
        self._sizes = {model: BatchSize(most=RECORDS_PER_QUERY) for model in models}

    def change_votes_of_removed(self) -> None:
        for portion in _removed_in_batches(self._giver):
            with transaction.atomic():
                self._hold()
                _change_votes_of_removed(self._giver, self._taker, among=portion)

    @transaction.atomic
    def give_portion(self, stream_id: int) -> bool:
        """Gives the account a part of a room's records of one kind; whether there was any.

        Raises NotAuthenticated if one of the two was deleted.
        """
        self._hold()
        lock_streams([stream_id])
        return (
            self._withdraw_second_votes(stream_id)
            or self._give(_votes_in(self._giver, stream_id), "voter")
            or any(self._give(_rows_of(model, self._giver, stream_id), "adder") for model in WITH_ADDERS)
            or self._give(_wishes_in(self._giver, stream_id), "wisher")
        )

    @transaction.atomic
    def give_rooms(self) -> bool:
        """The same for a part of the rooms that the guest created."""
        self._hold()
        return self._give(Room.objects.filter(created_by=self._giver), "created_by")

    def _hold(self) -> None:
        """In the order in which everything is transferred."""
        lock_person(self._giver)
        lock_person(self._taker)

    def _withdraw_second_votes(self, stream_id: int) -> bool:
        kept = Vote.objects.filter(voter=self._taker).values("item_id")
        both = _votes_in(self._giver, stream_id).filter(item_id__in=kept).order_by("pk")
        chosen = list(both.values_list("item__room__slug", "item_id")[:ITEMS_PER_QUERY])
        for slug, item_id in within_write_time(chosen):
            withdraw_vote(slug=slug, item_id=item_id, voter=self._giver)
        return bool(chosen)

    def _give(self, rows: QuerySet[Any], field: str) -> bool:
        size = self._sizes[rows.model]
        chosen = list(rows.values_list("pk", flat=True)[: size.rows])
        if chosen:
            with size.timed():  # these keys are never shown
                QuerySet(rows.model).filter(pk__in=chosen).update(**{field: self._taker})
        return bool(chosen)


class _Erasure:
    """The erasure of a person's data, in every room."""

    def __init__(self, key: str) -> None:
        self._key = key
        self.neutral_key = f"{NEUTRAL_KEY}{secrets.token_hex(8)}"
        records: tuple[type[Model], ...] = (Vote, Play, RemovedItem)
        self._sizes = {model: BatchSize(most=RECORDS_PER_QUERY) for model in records}

    def change_votes_of_removed(self) -> None:
        for portion in _removed_in_batches(self._key):
            _change_votes_of_removed(self._key, self.neutral_key, among=portion)

    @transaction.atomic
    def erase_portion(self, stream_id: int, *, is_said: bool = False) -> bool:
        """Takes the person out of a part of a room's records of one kind; whether nothing is left there.

        Items go last, those under a name behind the others. So as long as a log may have the name, a record
        says so, also when this is broken off: the log is cut in the transaction that renames the last one.
        With `is_said` the log has a name that no record has any more.
        """
        lock_streams([stream_id])
        before = tops_of([stream_id]).get(stream_id)
        if before is None:
            return True
        is_renamed = False
        for erase in (
            self._withdraw_wishes,
            self._anonymise_votes,
            self._rename_plays,
            self._rename_removed,
            self._rename_items,
        ):
            found = erase(stream_id)
            if found is not None:
                is_renamed = found
                break
        is_done = not self._is_anywhere_in(stream_id)
        if (is_renamed and not _has_names(self._key, stream_id)) or (is_said and is_done):
            _cut_log(before)
        return is_done

    def _is_anywhere_in(self, stream_id: int) -> bool:
        return (
            _votes_in(self._key, stream_id).exists()
            or _wishes_in(self._key, stream_id).exists()
            or any(_rows_of(model, self._key, stream_id).exists() for model in WITH_ADDERS)
        )

    def _anonymise_votes(self, stream_id: int) -> bool | None:
        """None without any, as with all of these. Whether one of them had a name: no vote has."""
        size = self._sizes[Vote]
        chosen = list(_votes_in(self._key, stream_id).values_list("pk", flat=True)[: size.rows])
        if not chosen:
            return None
        with size.timed():
            Vote.objects.filter(pk__in=chosen).update_without_events(voter=self.neutral_key)
        return False

    def _withdraw_wishes(self, stream_id: int) -> bool | None:
        """Wishes are deleted: they are the person's own words, and no event has them."""
        return False if _wishes_in(self._key, stream_id).delete()[0] else None

    def _rename_plays(self, stream_id: int) -> bool | None:
        size = self._sizes[Play]
        plays = list(_rows_of(Play, self._key, stream_id).order_by("pk")[: size.rows])
        if not plays:
            return None
        is_renamed = any(play.item["added_by"] != ANONYMOUS for play in plays)
        with size.timed():
            redact_stored_responses(item_ids=[play.item_number for play in plays], neutral=ANONYMOUS)
            for play in plays:
                update(Play, play.pk, {"item": {**play.item, "added_by": ANONYMOUS}, "adder": ""})
        return is_renamed

    def _rename_removed(self, stream_id: int) -> bool | None:
        size = self._sizes[RemovedItem]
        rows = _nameless_first(_rows_of(RemovedItem, self._key, stream_id))[: size.rows]
        names = dict(rows.values_list("pk", "added_by"))
        if not names:
            return None
        with size.timed():
            redact_stored_responses(item_ids=names, neutral=ANONYMOUS)
            RemovedItem.objects.filter(pk__in=names).update(added_by=ANONYMOUS, adder="")
        return any(name != ANONYMOUS for name in names.values())

    def _rename_items(self, stream_id: int) -> bool | None:
        rows = _rows_of(PlaylistTrack, self._key, stream_id).select_related("room", "track")
        items = list(_nameless_first(rows, "position")[:ITEMS_PER_QUERY])
        if not items:
            return None
        is_renamed = False
        redact_stored_responses(item_ids=[item.pk for item in items], neutral=ANONYMOUS)
        for item in within_write_time(items):  # those with a name cost far more, because of their events
            is_renamed = is_renamed or item.added_by != ANONYMOUS
            item.added_by, item.adder = ANONYMOUS, ""
            item.save(update_fields=["added_by", "adder"])
        return is_renamed


def _disown_rooms(key: str) -> None:
    size, rooms = BatchSize(most=RECORDS_PER_QUERY), Room.objects.filter(created_by=key)
    while chosen := list(rooms.values_list("pk", flat=True)[: size.rows]):
        with transaction.atomic(), size.timed():
            Room.objects.filter(pk__in=chosen).update_without_events(created_by="")


def _cut_log(before: StreamHead) -> None:
    """Drops the log up to `before`, so that it is not sent again. Without later events all get a snapshot."""
    after = tops_of([before.stream_id])[before.stream_id]
    if after.seq > before.seq:
        drop_events(stream_id=before.stream_id, until=before.seq)
    else:
        begin_new_epoch(stream_id=before.stream_id)


def _nameless_first(rows: QuerySet[Any], *then: str) -> QuerySet[Any]:
    named = Case(When(added_by=ANONYMOUS, then=0), default=1, output_field=IntegerField())
    return rows.order_by(named, *(then or ("pk",)))


def _has_names(key: str, stream_id: int) -> bool:
    """Whether items that wait, or could be restored, are still shown under a name."""
    return any(
        _rows_of(model, key, stream_id).exclude(added_by=ANONYMOUS).exists()
        for model in (PlaylistTrack, RemovedItem)
    )


@transaction.atomic
def _change_votes_of_removed(
    from_key: str, to_key: str, *, among: Collection[int] | None = None, since: datetime | None = None
) -> None:
    """A removed item comes back with its votes; each voter has one of them."""
    rows = _removed_with_votes_of(from_key, among=among, since=since)
    lock_streams(sorted(set(rows.values_list("room__stream_id", flat=True))))
    for removed in rows:
        votes: dict[str, int] = dict(removed.votes)
        if from_key in votes:
            value = votes.pop(from_key)
            votes.setdefault(to_key, value)
            removed.votes = [[voter, value] for voter, value in votes.items()]
            removed.save(update_fields=["votes"])


def _removed_in_batches(key: str) -> Iterator[list[int]]:
    """The ids of removed items with votes of this person: as many as the caller can write in a short time."""
    removed = list(_removed_with_votes_of(key).values_list("pk", flat=True))
    size = BatchSize(most=RECORDS_PER_QUERY)
    while removed:
        portion, removed = removed[: size.rows], removed[size.rows :]
        with size.timed():
            yield portion


def _removed_with_votes_of(
    key: str, *, among: Collection[int] | None = None, since: datetime | None = None
) -> QuerySet[RemovedItem]:
    """At least those: by the text of the pairs, since not every database can look into them.

    Of all that are kept, unless some are named, or only those that were removed of late are meant.
    """
    rows = RemovedItem.objects.all() if among is None else RemovedItem.objects.filter(pk__in=among)
    rows = rows if since is None else rows.filter(removed_at__gte=since)
    return rows.annotate(votes_text=Cast("votes", TextField())).filter(votes_text__contains=f'"{key}"')


def _exported(rows: QuerySet[Any], *fields: str) -> Iterator[dict[str, Any]]:
    for row in in_batches(rows.select_related("room", "track")):
        yield {
            "room": row.room.slug,
            "item_id": row.pk,
            "track": row.track.title if row.track else None,
            **{field: getattr(row, field) for field in fields},
        }


def _streams_of(key: str, *, votes_of_removed_since: datetime | None = None) -> set[int]:
    """Rooms in which there are data of the person; the rooms that the person created need not have any."""
    voted = Vote.objects.filter(voter=key).values_list("item__room__stream_id", flat=True).distinct()
    removed = _removed_with_votes_of(key, since=votes_of_removed_since)
    return (
        _streams_with_items_of(key)
        | set(voted)
        | set(removed.values_list("room__stream_id", flat=True))
        | set(Wish.objects.filter(wisher=key).values_list("room__stream_id", flat=True))
    )


def _streams_with_items_of(key: str) -> set[int]:
    """Rooms to which the person has added anything, as far back as logs reach."""
    return {
        stream_id
        for model in WITH_ADDERS
        for stream_id in _rows_of(model, key).values_list("room__stream_id", flat=True).distinct()
    }


def _assigned_names(key: str) -> set[str]:
    """What the person was called where something was added."""
    said = {
        name
        for model in (PlaylistTrack, RemovedItem)
        for name in _rows_of(model, key).values_list("added_by", flat=True).distinct()
    }
    played = _rows_of(Play, key).values_list("item__added_by", flat=True).distinct()
    return (said | set(played)) - {ANONYMOUS}


def _item_ids(key: str, stream_id: int) -> Sequence[int]:
    fields = ((PlaylistTrack, "pk"), (RemovedItem, "pk"), (Play, "item_number"))
    return [
        number
        for model, field in fields
        for number in _rows_of(model, key, stream_id).values_list(field, flat=True)
    ]


def _votes_in(key: str, stream_id: int) -> QuerySet[Vote]:
    return Vote.objects.filter(voter=key, item__room__stream_id=stream_id)


def _wishes_in(key: str, stream_id: int) -> QuerySet[Wish]:
    return Wish.objects.filter(wisher=key, room__stream_id=stream_id)


def _rows_of(model: Any, key: str, stream_id: int | None = None) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(adder=key)
    return rows if stream_id is None else rows.filter(room__stream_id=stream_id)
