"""Whether two names are one recording: pure, without Django; `finding.match` is the way in."""

from apps.charts.matching.finding import THRESHOLD, Match, Recording, are_unlike, likeness_of, match

__all__ = ["THRESHOLD", "Match", "Recording", "are_unlike", "likeness_of", "match"]
