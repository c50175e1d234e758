"""Whether two names are one recording: pure, without Django; `finding.match` is the way in."""

from apps.charts.matching.matcher import (
    THRESHOLD,
    Match,
    Recording,
    are_different,
    match,
    only_probable,
    ranked,
    similarity_of,
)

__all__ = [
    "THRESHOLD",
    "Match",
    "Recording",
    "are_different",
    "match",
    "only_probable",
    "ranked",
    "similarity_of",
]
