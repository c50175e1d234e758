"""Invented editions and real ones never stand side by side: the first real one sends the samples away."""

from apps.charts.announcing import Kind, announce
from apps.charts.models import ChartTrack, Edition, RawEdition, TrackFeatures
from apps.charts.view_counts.services import forget_tracks


def forget_samples() -> None:
    """Deletes all that was made of samples. Cheap when there is nothing. Within a transaction."""
    if RawEdition.objects.filter(is_sample=True).exists():
        samples = Edition.objects.filter(is_sample=True)
        shown = samples.filter(published_at__isnull=False).order_by("genre")
        for genre in list(shown.values_list("genre", flat=True).distinct()):
            announce(Kind.WITHDRAWN, {"genre": genre})
        samples.delete()
        RawEdition.objects.filter(is_sample=True).delete()
        isrcs = list(ChartTrack.objects.filter(is_sample=True).values_list("isrc", flat=True))
        forget_tracks(isrcs)
        TrackFeatures.objects.filter(is_sample=True).delete()
        ChartTrack.objects.filter(is_sample=True).delete()
