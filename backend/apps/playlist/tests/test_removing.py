"""What is removed can be brought back for ten minutes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.playlist.models import PlaylistTrack, RemovedItem
from apps.playlist.services import Place, remove_item, restore_item
from apps.playlist.tests.rooms import add, queued, telling, titles
from apps.playlist.upkeep import forget_removed_items
from core.errors import NotFound

NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def remove(item: PlaylistTrack) -> None:
    remove_item(slug=item.room.slug, item_id=item.pk)


def restore(item: PlaylistTrack) -> PlaylistTrack:
    return restore_item(slug=item.room.slug, item_id=item.pk)


@pytest.mark.parametrize(("minutes", "comes_back"), [(0, True), (9.99, True), (10, True), (10.01, False)])
def test_for_ten_minutes_it_can_be_brought_back(room, clock, minutes: float, comes_back: bool):
    (item,) = queued(room, "a")
    remove(item)
    clock.shift(timedelta(minutes=minutes))
    if comes_back:
        assert restore(item).pk == item.pk
    else:
        with telling(room) as events, pytest.raises(NotFound, match="10 minutes"):
            restore(item)
        assert events == []


def test_records_are_forgotten_when_nobody_can_name_them_any_more(room, clock, settings):
    settings.EVENT_LOG_KEEP_DAYS = 7
    first, second = queued(room, "ab")
    remove(first)
    clock.shift(timedelta(days=1))
    remove(second)
    assert forget_removed_items(now=NOW + timedelta(days=7)) == 0
    assert forget_removed_items(now=NOW + timedelta(days=7, seconds=1)) == 1
    assert RemovedItem.objects.get().pk == second.pk
    clock.shift(timedelta(days=30))
    assert forget_removed_items() == 1


def test_a_neighbour_whose_record_is_forgotten_leaves_the_end(room):
    items = queued(room, "abcd")
    remove(items[2])
    remove(items[1])
    RemovedItem.objects.filter(pk=items[1].pk).delete()
    add(room, "x", place=Place(after_id=items[2].pk))
    assert titles(room) == "adx"
