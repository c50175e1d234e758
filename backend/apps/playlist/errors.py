"""Errors of rooms and their queues."""

from core.errors import ApiError, ErrorSpec, NotFound


class DuplicateTrack(ApiError):
    code, status = "DUPLICATE_TRACK", 409
    default_message = "This track is already in the queue."


class QueueFull(ApiError):
    code, status = "QUEUE_FULL", 409
    default_message = "The queue is full."


class TooManyWishes(ApiError):
    code, status = "TOO_MANY_WISHES", 409
    default_message = "There are too many wishes in this room, or too many of yours."


class OrderedByVotes(ApiError):
    code, status = "ORDERED_BY_VOTES", 409
    default_message = "This queue is ordered by votes, so items cannot be moved."


NO_SUCH_ITEM = ErrorSpec(NotFound, "There is no such room, or no such item in its queue.")
ALREADY_QUEUED = ErrorSpec(
    DuplicateTrack, "The track is in this queue already.", {"track_id": 5, "item_id": 12}
)
FULL = ErrorSpec(QueueFull, "The queue has the maximum number of items.", {"max_items": 1000})
