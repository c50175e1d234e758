"""Players: the server's clock determines item and position; speakers follow it."""

from django.apps import AppConfig


class PlayerConfig(AppConfig):
    name = "apps.player"

    def ready(self) -> None:
        from apps.player import signals
        from apps.player.rules import follow_play
        from apps.player.speakers import PlayerExtension
        from apps.playlist import signals as queue_signals
        from apps.playlist.rules import play_switched
        from apps.realtime.decorators import add_table
        from apps.realtime.extensions import register_extension

        add_table(signals.__name__, to=queue_signals.__name__)
        register_extension(PlayerExtension)
        play_switched.connect(follow_play)
