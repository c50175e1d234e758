"""Names the tables of the outbox."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("charts", "0009_more_table_writes")]

    operations = [
        migrations.RenameModel("PipelineEvent", "OutboxEvent"),
        migrations.RenameModel("Delivery", "OutboxDelivery"),
    ]
