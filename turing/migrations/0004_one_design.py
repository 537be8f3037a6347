from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("turing", "0003_designs")]

    operations = [
        migrations.RemoveField(
            model_name='study',
            name='allow_phones',
        ),
        migrations.RemoveField(
            model_name='study',
            name='allow_revision',
        ),
        migrations.RemoveField(
            model_name='study',
            name='confidence_steps',
        ),
        migrations.RemoveField(
            model_name='study',
            name='grey_interval_ms',
        ),
        migrations.RemoveField(
            model_name='study',
            name='hide_progress',
        ),
        migrations.RemoveField(
            model_name='study',
            name='images_per_side',
        ),
        migrations.RemoveField(
            model_name='study',
            name='margin',
        ),
        migrations.RemoveField(
            model_name='study',
            name='max_run',
        ),
        migrations.RemoveField(
            model_name='study',
            name='prevalence',
        ),
        migrations.RemoveField(
            model_name='study',
            name='primary_endpoint',
        ),
        migrations.RemoveField(
            model_name='study',
            name='question',
        ),
        migrations.RemoveField(
            model_name='study',
            name='real_sets',
        ),
        migrations.RemoveField(
            model_name='study',
            name='synthetic_sets',
        ),
    ]
