"""What the queue refuses."""

from core.errors import ApiError


class DuplicateTrack(ApiError):
    code, status = "DUPLICATE_TRACK", 409
    default_message = "This track is already in the queue."


class QueueFull(ApiError):
    code, status = "QUEUE_FULL", 409
    default_message = "The queue is full."


class OrderedByVotes(ApiError):
    code, status = "ORDERED_BY_VOTES", 409
    default_message = "This queue is ordered by votes, so items cannot be moved."
