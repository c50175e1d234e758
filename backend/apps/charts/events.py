"""What events about charts carry, and the snapshot of their stream."""

from datetime import date

import msgspec


class EditionPayload(msgspec.Struct, frozen=True):
    """A chart of a day that can be read now. `is_sample`: it is invented."""

    genre: str
    date: date
    is_sample: bool


class WithdrawnChartPayload(msgspec.Struct, frozen=True):
    """There is no chart of this genre any more, until one is published."""

    genre: str


class FailedSourcePayload(msgspec.Struct, frozen=True):
    """A service did not give its list of this genre: what is shown is older."""

    service: str
    genre: str
