"""Sources that ask somebody else over the network: only jobs wait for them."""

from apps.recommendations.sources.base import Source
from apps.recommendations.sources.spotify import own_spotify


def outside_sources() -> list[Source]:
    """Those that are set up here."""
    spotify = own_spotify()
    return [spotify] if spotify else []
