"""Making generators and letting them make image sets: everything a page or a command starts."""

import hashlib
import json
import shlex
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from imagesets.models import ImageSet, Origin
from jobs.models import Job
from jobs.queueing import start_job

from .models import Generator, Run
from .recipes import Recipe, Step


def compose(*, name: str, owner: Any, method: str, options: Any, probability: float = 1.0) -> Generator:
    """A recipe of one step."""
    return keep_recipe(name=name, owner=owner, recipe=Recipe((Step(method, options, probability),)))


def keep_recipe(*, name: str, owner: Any, recipe: Recipe) -> Generator:
    return Generator.objects.create(
        name=name,
        owner=owner,
        kind=Generator.Kind.RECIPE,
        source=Generator.Source.COMPOSED,
        recipe=recipe.to_dict(),
    )


def start_training(
    *,
    name: str,
    owner: Any,
    network: str,
    image_set: ImageSet,
    options: Any,
    training: Any,
    second_set: ImageSet | None = None,
    starts_from: Run | None = None,
) -> Run:
    with transaction.atomic():
        run = Run.objects.create(
            name=name, owner=owner, network=network, image_set=image_set, second_set=second_set,
            options=asdict(options), training=asdict(training), starts_from=starts_from,
        )  # fmt: skip
        run.job = start_job(
            kind="generators.train", title=_("Train %(name)s") % {"name": name}, detail=_("on %(set)s") % {"set": image_set},
            owner=owner, arguments={"run_pk": run.pk}, queue="training", result_url=reverse("generators:run", args=[run.pk]),
        )  # fmt: skip
        run.save(update_fields=["job"])
    return run


def start_making(
    *, generator: Generator, owner: Any, name: str, count: int, seed: int, image_set: ImageSet | None = None,
    label: str = "", changes: dict[str, Any] | None = None, images_seen: int | None = None,
) -> Job:  # fmt: skip
    """Queue the making of a set. The set's row exists from the start, unfinished, so that there is a page to wait on.

    `changes`: options other than the generator's own; `label`: class to make, where pictures are made from pictures;
    `images_seen`: a snapshot of its training to draw from, None for the kept weights."""
    source = image_set or generator.training_set
    command = f"manage.py generate {generator.pk} --count {count} --seed {seed}"
    if image_set:
        command += f" --from {image_set.pk}"
    if label:
        command += f" --class {shlex.quote(label)}"
    if images_seen is not None:
        command += f" --snapshot {images_seen}"
    command += "".join(f" --option {key}={value}" for key, value in (changes or {}).items())
    with transaction.atomic():
        new = ImageSet.objects.create(
            name=name, owner=owner, origin=Origin.SYNTHETIC,
            intensity_low=_range(generator, image_set)[0], intensity_high=_range(generator, image_set)[1],
            intensity_unit=generator.output.get("unit", "") if generator.is_network else image_set.intensity_unit,
            provenance={
                "maker": "generator", "generator": generator.pk, "name": generator.name, "seed": seed, "count": count,
                "options": generator.recipe or generator.config | (changes or {}), "weights": generator.weights_digest, "command": command,
                "training_set": generator.training_set_id if generator.is_network else None,
                "words": _words(generator, count, seed, source),
                **_method(generator, changes=changes or {}, label=label, images_seen=images_seen, source=image_set),
                **({"images_seen": images_seen} if images_seen is not None else {}),
                **({"translated_from": source.pk} if generator.translates and source else {}),
            },
        )  # fmt: skip
        if source:
            new.parents.add(source)
        job = start_job(
            kind=_kind(generator),
            title=_("Make %(count)d pictures with %(name)s") % {"count": count, "name": generator},
            detail=_("seed %(seed)d") % {"seed": seed}, owner=owner,
            arguments={
                "generator_pk": generator.pk, "image_set_pk": new.pk, "count": count, "seed": seed,
                **({"source_pk": image_set.pk} if image_set else {}), **({"label": label} if label else {}),
                **({"changes": changes} if changes else {}),
                **({"images_seen": images_seen} if images_seen is not None else {}),
            },
            result_url=reverse("imagesets:detail", args=[new.pk]),
        )  # fmt: skip
        new.job = job
        new.save(update_fields=["job"])
    return job


def start_making_all(*, name: str, snapshots: list[int], **more: Any) -> Job:
    """One set, or one for each snapshot; the first job."""
    if not snapshots:
        return start_making(name=name, **more)
    named = [
        (_("%(name)s, %(seen)s images seen") % {"name": name, "seen": f"{seen:,}"}, seen)
        for seen in snapshots
    ]
    return [start_making(name=words[:120], images_seen=seen, **more) for words, seen in named][0]


def _method(
    generator: Generator,
    *,
    changes: dict[str, Any],
    label: str,
    images_seen: int | None,
    source: ImageSet | None,
) -> dict[str, Any]:
    """What a set shares with those of the same network, options and data but another seed of the training; nothing where
    the training was not here."""
    run = getattr(generator, "run", None) or getattr(generator, "run_back", None)
    if run is None:
        return {}
    alike = {
        "network": run.network, "options": run.options, "training": {k: v for k, v in run.training.items() if k != "seed"},
        "sets": [run.image_set_id, run.second_set_id, run.starts_from_id], "back": getattr(generator, "run", None) is None,
        "changes": changes, "label": label, "images_seen": images_seen, "source": source.pk if source else None,
    }  # fmt: skip
    key = hashlib.sha256(json.dumps(alike, sort_keys=True).encode()).hexdigest()[:16]
    return {"method": {"key": key, "name": str(run.entry.title), "seed": run.training.get("seed", 0)}}


def _kind(generator: Generator) -> str:
    if not generator.is_network:
        return "generators.mix"
    return "generators.translate" if generator.translates else "generators.sample"


def _range(generator: Generator, image_set: ImageSet | None) -> tuple[float | None, float | None]:
    if generator.is_network:
        return generator.output["low"], generator.output["high"]
    return image_set.intensity_low, image_set.intensity_high  # type: ignore[union-attr]


def _words(generator: Generator, count: int, seed: int, source: ImageSet | None) -> list[str]:
    facts = {"count": count, "seed": seed, "name": generator, "set": source}
    if generator.translates:
        return [
            _(
                "%(count)d pictures that “%(name)s” made from “%(set)s”, seed %(seed)d. Each keeps the number of its source."
            )
            % facts
        ]
    if generator.is_network:
        return [_("%(count)d pictures drawn from “%(name)s”, seed %(seed)d.") % facts]
    return [_("%(count)d pictures made from “%(set)s” by “%(name)s”, seed %(seed)d.") % facts]
