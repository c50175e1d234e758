"""Which supply a run has: a folder when one is named, else the services that are set up, else the samples."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.charts.supplies import Supply


@contextmanager
def supply_from(folder: Path | None) -> Iterator[Supply]:
    """For as long as it is asked."""
    if folder is not None:
        from apps.charts.recordings import Recordings

        yield Recordings(folder)
        return
    from apps.charts.samples import Samples
    from apps.charts.sources.live import own_services  # brings a client of HTTP into the process

    with own_services() as services:
        yield services if services else Samples()
