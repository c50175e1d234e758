"""The digest by which a client proves to itself that it is in sync."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.playlist.events import ItemPayload
from apps.playlist.models import STREAM_KIND
from apps.playlist.selectors import digest_of, queue_of_stream
from apps.playlist.services import play_item
from apps.playlist.tests.rooms import place_at, queued, vote
from apps.realtime.kinds import kind_named
from apps.realtime.selectors import state_of


def item(item_id: int, votes: int, is_playing: bool) -> ItemPayload:
    nothing: Any = None
    return ItemPayload(
        id=item_id,
        track=nothing,
        track_id=1,
        position=1.0,
        votes=votes,
        added_by="Ada",
        is_playing=is_playing,
        added_at=nothing,
        played_at=None,
    )


@pytest.mark.parametrize(
    ("items", "digest"),
    [([], "e3b0c44298fc1c14"), ([(12, 5, True), (13, -1, False)], "5ed76fb2d1be3c25")],
    ids=["the empty queue", "two items"],
)
def test_the_contract_s_examples(items: list[tuple[int, int, bool]], digest: str):
    assert digest_of([item(*facts) for facts in items]) == digest


rows = st.lists(st.tuples(st.integers(1, 10**6), st.integers(-99, 99), st.booleans()), max_size=6)


@given(rows)
def test_it_is_made_of_id_votes_and_playing_in_order(facts: list[tuple[int, int, bool]]):
    text = ";".join(f"{item_id}:{votes}:{1 if is_playing else 0}" for item_id, votes, is_playing in facts)
    assert digest_of([item(*one) for one in facts]) == hashlib.sha256(text.encode()).hexdigest()[:16]


@given(rows, rows)
def test_other_queues_have_other_digests(
    one: list[tuple[int, int, bool]], other: list[tuple[int, int, bool]]
):
    same = digest_of([item(*facts) for facts in one]) == digest_of([item(*facts) for facts in other])
    assert same == (one == other)


def test_every_change_that_clients_see_changes_it(room):
    seen = []
    items = queued(room, "ab")
    for change in (
        lambda: None,
        lambda: vote(items[0], 1),
        lambda: play_item(slug=room.slug, item_id=items[0].pk),
        lambda: place_at(items[0], 9.0),
        lambda: items[1].delete(),
    ):
        change()
        seen.append(digest_of(queue_of_stream(room.stream_id)))
    assert len(set(seen)) == 5


def test_a_room_s_stream_tells_its_queue(room):
    queued(room, "abc")
    kind = kind_named(STREAM_KIND)
    assert (kind.label, kind.snapshot_type) == ("room", "playlist.snapshot")
    assert kind.greeting == "Connected to playlist updates"
    state = state_of(room.stream_id)
    assert state is not None
    assert [one.track.title for one in state.items] == ["a", "b", "c"]
    assert state.digest == digest_of(state.items)


def test_a_queue_is_read_with_one_look_at_the_database(room, django_assert_num_queries):
    queued(room, "abcdef")
    with django_assert_num_queries(1):
        assert len(queue_of_stream(room.stream_id)) == 6
