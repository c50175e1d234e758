"""The tables of view counts belong to the app `counts` from now on. Nothing changes in the database."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("charts", "0007_contradictory_counts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="DroppedView"),
                migrations.DeleteModel(name="HistoricalViewCount"),
                migrations.DeleteModel(name="ViewCount"),
            ]
        )
    ]
