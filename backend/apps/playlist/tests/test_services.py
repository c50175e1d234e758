"""Where items stand, what a read costs, and what needs the ASGI server."""

import pytest

from apps.playlist.selectors import queue_of_stream
from apps.playlist.services import calculate_position
from apps.playlist.tests.rooms import queued


class TestPlaylistService:
    """The examples of the source document."""

    def test_position_algorithm(self):
        assert calculate_position(None, None) == 1.0
        assert calculate_position(None, 1.0) == 0.0
        assert calculate_position(3.0, None) == 4.0
        assert calculate_position(1.0, 2.0) == 1.5
        assert calculate_position(1.0, 1.5) == 1.25


def test_a_queue_is_read_with_one_look_at_the_database(room, django_assert_num_queries):
    queued(room, "abcdef")
    with django_assert_num_queries(1):
        assert len(queue_of_stream(room.stream_id)) == 6


@pytest.mark.parametrize("path", ["events/", "stream/"])
def test_without_the_asgi_server_live_events_are_unavailable(client, room, path: str):
    answer = client.get(f"/api/rooms/{room.slug}/playlist/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")
