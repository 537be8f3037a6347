from django.db import migrations


def designs_from_columns(apps, schema_editor):
    """A study of before is one informed phase with one question, real or synthetic."""
    Study, Supply, Stage = (apps.get_model("turing", name) for name in ("Study", "Supply", "Stage"))
    for study in Study.objects.all():
        study.design = design_of(study)
        study.save(update_fields=["design"])
        for source, sets in (("real", study.real_sets), ("synthetic", study.synthetic_sets)):
            Supply.objects.bulk_create(Supply(study=study, image_set=one, source=source) for one in sets.all())
    for case in apps.get_model("turing", "Case").objects.select_related("picture"):
        case.source, case.label = case.truth, case.picture.label
        case.save(update_fields=["source", "label"])
    for session in apps.get_model("turing", "Session").objects.all():
        Stage.objects.create(session=session, phase=0, begun=session.consented, finished=session.finished)


def design_of(study):
    question = {"key": "turing", "kind": "detect", "prompt": study.question, "steps": study.confidence_steps}
    return {
        "format": 2,
        "sources": [
            {"key": "real", "truth": "real", "count": study.images_per_side},
            {"key": "synthetic", "truth": "synthetic", "count": study.images_per_side},
        ],
        "phases": [{"key": "reading", "questions": [question], "prevalence": study.prevalence}],
        "plan": {"endpoint": study.primary_endpoint, "margin": study.margin},
        "max_run": study.max_run,
        "allow_revision": study.allow_revision,
        "hide_progress": study.hide_progress,
        "allow_phones": study.allow_phones,
        "grey_interval_ms": study.grey_interval_ms,
    }


class Migration(migrations.Migration):
    dependencies = [("turing", "0002_phases_and_sources")]
    operations = [migrations.RunPython(designs_from_columns, migrations.RunPython.noop)]
