"""How long a run waits after an attempt that failed. Pure: chance comes from outside."""

FIRST_SECONDS = 2.0
LAST_SECONDS = 600.0


def delay_seconds(attempts: int, chance: float) -> float:
    """Twice as long after each attempt, up to the last; of that between a half and the whole.

    `chance` is from 0 to 1. It keeps many that failed together from coming back together.
    """
    # The exponent is bounded, since floats are.
    longest = min(FIRST_SECONDS * 2.0 ** min(attempts - 1, 60), LAST_SECONDS)
    return longest * (0.5 + 0.5 * chance)
