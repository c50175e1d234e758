"""The names under which view counts are remembered, and for how long."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Keys of one shape. `per_service`: one for each service of a track."""

    name: str
    seconds: int
    per_service: bool

    def key(self, isrc: str, service: str = "") -> str:
        return f"{self.name}:{isrc}:{service}" if self.per_service else f"{self.name}:{isrc}"


CURRENT = Family("view_count", 3600, per_service=True)
HISTORY = Family("historical_views", 6 * 3600, per_service=True)
OF_TRACK = Family("gql_view_data", 1800, per_service=False)
FAMILIES = (CURRENT, HISTORY, OF_TRACK)
LONGEST_SECONDS = max(family.seconds for family in FAMILIES)


def keys_of(tracks: Iterable[tuple[str, str]]) -> list[str]:
    """Every key that tells of one of the (isrc, service), each once."""
    return list(
        dict.fromkeys(
            family.key(isrc, service) if family.per_service else family.key(isrc)
            for isrc, service in tracks
            for family in FAMILIES
        )
    )
