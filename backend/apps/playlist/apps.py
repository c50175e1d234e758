"""Queues, votes and plays; connects their changes to the streams that broadcast them."""

from django.apps import AppConfig


class PlaylistConfig(AppConfig):
    name = "apps.playlist"

    def ready(self) -> None:
        from apps.playlist import signals
        from apps.playlist.models import STREAM_KIND
        from apps.playlist.personal_data import QueuePersonalData
        from apps.playlist.rules import lock_rooms_of_track, remove_items_of_track
        from apps.playlist.selectors import digest_of, queue_of_stream
        from apps.realtime.models import StreamKind, register_kind
        from apps.tracks.models import register_dependents
        from apps.users.personal_data import register_personal_data
        from apps.users.selectors import names_of

        register_kind(
            StreamKind(
                name=STREAM_KIND,
                label="room",
                greeting="Connected to playlist updates",
                snapshot_type="playlist.snapshot",
                read_items=queue_of_stream,
                digest_of=digest_of,
                table=signals.__name__,
                names_of=names_of,
            )
        )
        register_dependents(lock=lock_rooms_of_track, release=remove_items_of_track)
        register_personal_data(QueuePersonalData())
