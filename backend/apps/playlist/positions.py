"""Where things stand in a queue: fractional positions, and when their numbers run out. Pure."""

# Beyond this a position is refused, and a computed one makes the queue be renumbered: up to here a step of 1
# is far above what a float can tell apart.
MAX_POSITION = 1e15


def calculate_position(prev_position: float | None = None, next_position: float | None = None) -> float:
    """The position between two neighbours, either of which may be missing."""
    if prev_position is None and next_position is None:
        return 1.0
    if prev_position is None:
        assert next_position is not None  # noqa: S101 - for the type checker
        return next_position - 1
    if next_position is None:
        return prev_position + 1
    return (prev_position + next_position) / 2


def is_room_between(prev_position: float | None, next_position: float | None) -> bool:
    """Whether a number other than 0 lies between the two, so that something can be put there."""
    if prev_position is None or next_position is None:
        return True
    middle = calculate_position(prev_position, next_position)
    return prev_position < middle < next_position and bool(middle or prev_position / 2 or next_position / 2)


def is_usable(position: float) -> bool:
    return -MAX_POSITION <= position <= MAX_POSITION  # also false for NaN


def nonzero_position(prev_position: float | None, next_position: float | None) -> float:
    """Another number than 0 between two neighbours that 0 lies between, either of which may be missing.

    A known client reads the position 0 as "no neighbour" and computes the next place at the head wrongly.
    """
    if next_position is None:
        return 0.5
    # Half of the smallest floats is 0.
    return next_position / 2 or (-1.0 if prev_position is None else prev_position / 2)


def plain(position: float) -> float:
    """The same number with one zero: -0.0 would read differently and compare equal."""
    return position + 0.0
