from django.db import migrations


class Migration(migrations.Migration):
    """Renames models and a field; the rows stay."""

    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.RenameModel("JobProcess", "WorkerProcess"),
        migrations.AlterModelOptions("workerprocess", {"verbose_name_plural": "worker processes"}),
        migrations.RenameModel("ScheduledTurn", "ScheduleState"),
        migrations.RenameField("schedulestate", "turn_at", "last_due_at"),
    ]
