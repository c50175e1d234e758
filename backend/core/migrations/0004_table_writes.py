from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_what_kept_answers_show'),
    ]

    operations = [
        migrations.CreateModel(
            name='TableWrite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_index=True, max_length=20)),
                ('number', models.BigIntegerField()),
            ],
        ),
    ]
