"""Invented editions and real ones never stand side by side: the first real one sends the samples away."""

from apps.charts.models import ChartTrack, Edition, RawEdition, TrackFeatures
from apps.charts.view_counts.services import forget_tracks


def forget_samples() -> None:
    """Deletes all that was made of samples. Cheap when there is nothing. Within a transaction."""
    if RawEdition.objects.filter(is_sample=True).exists():
        Edition.objects.filter(is_sample=True).delete()
        RawEdition.objects.filter(is_sample=True).delete()
        isrcs = list(ChartTrack.objects.filter(is_sample=True).values_list("isrc", flat=True))
        forget_tracks(isrcs)
        TrackFeatures.objects.filter(is_sample=True).delete()
        ChartTrack.objects.filter(is_sample=True).delete()
