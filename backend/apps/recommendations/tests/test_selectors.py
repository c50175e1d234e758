"""The cost of a room's list; what it contains is tested over HTTP (tests/contract/recommendations)."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.playlist.services import cast_vote
from apps.playlist.tests.rooms import add, new_room
from apps.recommendations.selectors import room_recommendations
from apps.users.models import Guest


@pytest.mark.django_db
def test_only_new_people_of_a_room_are_looked_up():
    """Else guests that come and go would cost the lists of all people in the room again and again."""
    cache.clear()
    room = new_room()
    item = add(room, "So What")
    *known, newcomer = [Guest.objects.create(name=f"Guest {number}").key for number in range(5)]
    for voter in known:
        cast_vote(slug=room.slug, item_id=item.pk, voter=voter, value=1)
    assert room_recommendations(room.slug, limit=20, network="192.0.2.1").source == "computed"
    cast_vote(slug=room.slug, item_id=item.pk, voter=newcomer, value=1)

    with CaptureQueriesContext(connection) as captured:
        found = room_recommendations(room.slug, limit=20, network="192.0.2.1")

    assert found.source == "computed", "the newcomer changes the list"
    statements = "".join(query["sql"] for query in captured)
    assert newcomer in statements
    assert [voter for voter in known if voter in statements] == []
