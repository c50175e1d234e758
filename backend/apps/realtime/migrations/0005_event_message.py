from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("realtime", "0004_presence_of_everyone")]

    operations = [migrations.RenameField("event", "frame", "message")]
