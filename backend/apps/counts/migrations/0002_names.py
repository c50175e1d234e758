from django.db import migrations, models

from core.response_cache import count_writes, stop_counting

OLD, NEW = "charts_droppedview", "count_cache_invalidations"
ONE_OF_BOTH = (models.Q(isrc="") & ~models.Q(prefix="")) | (~models.Q(isrc="") & models.Q(prefix=""))


def count(table):
    return lambda _apps, schema_editor: count_writes("charts", [table], schema_editor)


def stop(table):
    return lambda _apps, schema_editor: stop_counting("charts", [table], schema_editor)


class Migration(migrations.Migration):
    """Renames a model and its table, and choices; the rows stay."""

    # The triggers are created again because SQLite copies the table without them.

    dependencies = [("counts", "0001_initial"), ("charts", "0009_more_table_writes")]

    operations = [
        migrations.RunPython(stop(OLD), count(OLD)),
        migrations.RemoveConstraint("droppedview", "dropped_view_track_or_prefix"),
        migrations.RenameModel("DroppedView", "CacheInvalidation"),
        migrations.AlterModelTable("cacheinvalidation", NEW),
        migrations.AddConstraint(
            "cacheinvalidation",
            models.CheckConstraint(condition=ONE_OF_BOTH, name="count_cache_invalidation_track_or_prefix"),
        ),
        migrations.RunPython(count(NEW), stop(NEW)),
        migrations.AlterField(
            "historicalviewcount",
            "status",
            models.CharField(
                max_length=7,
                default="ok",
                choices=[
                    ("ok", "counted"),
                    ("failed", "the source failed"),
                    ("missing", "the source has no count"),
                    ("stale", "the source repeats all its counts of the day before"),
                    ("anomaly", "the source has two counts"),
                ],
            ),
        ),
        migrations.AlterField(
            "historicalviewcount",
            "flag",
            models.CharField(
                blank=True,
                default="",
                max_length=6,
                choices=[
                    ("", "plausible"),
                    ("fell", "lower than before"),
                    ("jumped", "far more than this track usually gets"),
                    ("stale", "a copy of the previous count: not counted on that day"),
                ],
            ),
        ),
    ]
