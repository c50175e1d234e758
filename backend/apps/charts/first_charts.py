"""What charts show before anything was gathered."""

from collections.abc import Callable

from apps.charts.models import Edition


def show_first_charts(tell: Callable[[str], None]) -> None:
    """The sample charts, as long as there are no others. Safe to be killed and repeated."""
    if Edition.objects.filter(published_at__isnull=False).exists():
        return
    # Here, because nearly every start ends above.
    from apps.charts.exclusion import AlreadyRunning
    from apps.charts.pipeline import Plan, run_pipeline
    from apps.charts.samples import Samples

    tell("Adding sample charts …")
    try:
        run_pipeline(Plan(supply=Samples()))
    except AlreadyRunning:
        tell("A run of the pipeline goes on: there will soon be charts.")
