"""Rooms, queues, votes and plays; connects what they tell to the streams that tell it."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PlaylistConfig(AppConfig):
    name = "apps.playlist"

    def ready(self) -> None:
        from apps.playlist import signals
        from apps.playlist.belongings import QueueBelongings
        from apps.playlist.library_ties import lock_rooms_of_track, remove_items_of_track
        from apps.playlist.models import STREAM_KIND
        from apps.playlist.selectors import digest_of, queue_of_stream
        from apps.realtime.kinds import StreamKind, register_kind
        from apps.tracks.dependants import register_dependants
        from apps.users.belongings import register_belongings

        register_kind(
            StreamKind(
                name=STREAM_KIND,
                label="room",
                greeting="Connected to playlist updates",
                snapshot_type="playlist.snapshot",
                read_items=queue_of_stream,
                digest_of=digest_of,
                table=signals.__name__,
            )
        )
        register_dependants(lock=lock_rooms_of_track, release=remove_items_of_track)
        register_belongings(QueueBelongings())
        post_migrate.connect(make_main_room, sender=self)


def make_main_room(**_: Any) -> None:
    from apps.playlist.room_services import ensure_main_room

    ensure_main_room()
