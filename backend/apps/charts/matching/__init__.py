"""Whether two names are one recording: pure, without Django; `finding.match` is the way in."""

from apps.charts.matching.finding import THRESHOLD, Match, Recording, match, ranked

__all__ = ["THRESHOLD", "Match", "Recording", "match", "ranked"]
