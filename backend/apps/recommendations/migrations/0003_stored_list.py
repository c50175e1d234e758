from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0002_rooms_moved")]

    # RenameField does not rename the fields of indexes and constraints.
    operations = [
        migrations.RemoveConstraint("recommendation", "recommended_track_once"),
        migrations.RemoveConstraint("recommendation", "recommended_outside_once"),
        migrations.RemoveIndex("recommendation", "recommendation_rank"),
        migrations.AlterModelOptions("recommendation", {"ordering": ["stored_list", "rank"]}),
        migrations.RenameField("recommendation", "kept_in", "stored_list"),
        migrations.AddIndex(
            "recommendation", models.Index(fields=["stored_list", "rank"], name="recommendation_rank")
        ),
        migrations.AddConstraint(
            "recommendation",
            models.UniqueConstraint(fields=("stored_list", "track"), name="recommended_track_once"),
        ),
        migrations.AddConstraint(
            "recommendation",
            models.UniqueConstraint(
                condition=~models.Q(provider_id=""),
                fields=("stored_list", "provider", "provider_id"),
                name="recommended_outside_once",
            ),
        ),
    ]
