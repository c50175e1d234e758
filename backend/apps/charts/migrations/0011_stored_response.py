import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("charts", "0010_outbox")]

    operations = [
        migrations.RenameModel("RawAnswer", "StoredResponse"),
        migrations.AlterField(
            "storedresponse",
            "edition",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="response", to="charts.rawedition"
            ),
        ),
    ]
