"""Which supply a run has: a folder when one is named, else the services that are set up, else the samples."""

from pathlib import Path

from apps.charts.recordings import Recordings
from apps.charts.samples import Samples
from apps.charts.supplies import Supply


def supply_from(folder: Path | None) -> Supply:
    if folder is not None:
        return Recordings(folder)
    return Samples()
