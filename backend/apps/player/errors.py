"""Errors of players."""

from core.errors import ApiError, Conflict, ErrorSpec


class NothingPlaying(ApiError):
    code, status = "NOTHING_PLAYING", 409
    default_message = "Nothing plays, and nothing is paused."


NOTHING_PLAYING = ErrorSpec(
    NothingPlaying, "Nothing plays and nothing is paused; for `play`, the queue is empty."
)
OTHER_PLAY = ErrorSpec(Conflict, "`play_id` is not the current play: someone else has skipped it.")
