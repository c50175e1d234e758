"""The words of the library, and its texts in Latin letters."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracks", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="track",
            name="latin_text",
            field=models.TextField(default="", editable=False),
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.TextField(unique=True)),
                ("padded", models.TextField()),
            ],
        ),
    ]
