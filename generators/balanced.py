"""Sets with equally many pictures of each class: by leaving out, by repeating, or filled up by generators."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from imagesets.building import SetBuilder
from imagesets.models import ImageSet, Origin
from jobs.models import Job
from jobs.progress import JobError, Progress
from jobs.queueing import start_job

from .balancing import repeated, rng_of, schedule, wanted
from .catalogue import NETWORKS
from .models import Generator
from .parameters import UnusableInput
from .recipes import InvalidRecipe, Recipe
from .tasks import drawn_by
from .working_set import WorkingSet

WAYS = ("under", "over", "equal")


def lacking(image_set: ImageSet) -> dict[str, int]:
    """Pictures that each class would need to have as many as the commonest."""
    counts = image_set.summary["labels"]
    return {name: more for name, more in zip(counts, wanted(list(counts.values()), "equal")) if more}


def counts_after(image_set: ImageSet, way: str) -> dict[str, int]:
    counts = image_set.summary["labels"]
    return dict(zip(counts, wanted(list(counts.values()), "over" if way == "equal" else way)))


def start_balancing(
    *, image_set: ImageSet, owner: Any, name: str, way: str, seed: int, fills: Mapping[str, Generator] | None = None
) -> Job:  # fmt: skip
    """Queue a balanced set. fills: for `equal`, the generator of each class that lacks pictures."""
    chosen = {label: generator.pk for label, generator in (fills or {}).items()} if way == "equal" else {}
    with transaction.atomic():
        new = ImageSet.objects.create(
            name=name, owner=owner, origin=Origin.MIXED if chosen else image_set.origin,
            intensity_low=image_set.intensity_low, intensity_high=image_set.intensity_high,
            intensity_unit=image_set.intensity_unit,
            provenance=_provenance(image_set, way, seed, fills if chosen else {}),
        )  # fmt: skip
        new.parents.add(image_set)
        job = start_job(
            kind="generators.balance", title=_("Balance “%(set)s”") % {"set": image_set},
            detail=_("seed %(seed)d") % {"seed": seed}, owner=owner,
            arguments={"source_pk": image_set.pk, "image_set_pk": new.pk, "way": way, "seed": seed, "fills": chosen},
            result_url=reverse("imagesets:detail", args=[new.pk]),
        )  # fmt: skip
        new.job = job
        new.save(update_fields=["job"])
    return job


def _provenance(
    source: ImageSet, way: str, seed: int, fills: Mapping[str, Generator] | None
) -> dict[str, Any]:
    before, after = source.summary["labels"], counts_after(source, way)
    how = {
        "under": _("by leaving pictures out"),
        "over": _("by repeating pictures"),
        "equal": _("filled up by generators"),
    }[way]
    words = [_("“%(set)s” balanced %(how)s, seed %(seed)d.") % {"set": source, "how": how, "seed": seed}]
    words += [
        _("%(label)s: %(before)d pictures, now %(after)d.")
        % {"label": label, "before": before[label], "after": after[label]}
        + (
            " " + _("The %(n)d new ones are by “%(name)s”.") % {"n": after[label] - before[label], "name": fills[label]}
            if fills and label in fills
            else ""
        )
        for label in before
    ]  # fmt: skip
    command = f"manage.py balance {source.pk} {way} --seed {seed}" + "".join(
        f' --fill "{label}={generator.pk}"' for label, generator in (fills or {}).items()
    )
    return {
        "maker": "balance", "source": source.pk, "way": way, "seed": seed, "before": before, "after": after,
        "fills": {
            label: {"generator": g.pk, "name": g.name, "options": g.recipe or g.config, "weights": g.weights_digest}
            for label, g in (fills or {}).items()
        },
        "words": words, "command": command,
    }  # fmt: skip


def balance(
    progress: Progress, *, source_pk: int, image_set_pk: int, way: str, seed: int, fills: dict[str, int]
) -> None:
    """The job: pictures in an order that the arguments alone decide, so that another attempt goes on where it was."""
    new = ImageSet.objects.get(pk=image_set_pk)
    builder = SetBuilder(into=new, progress=progress)
    total = sum(new.provenance["after"].values())
    try:
        working = WorkingSet(ImageSet.objects.get(pk=source_pk))
        kept = _kept(working, way, seed)
        for index in kept[builder.written :]:
            builder.add(working.pictures[index].pixels(), **_copied(working, index))
            progress.update(builder.written + builder.waiting, total, _("Pictures taken over"))
        before = len(kept)
        for label, generator_pk in sorted(fills.items()):
            number = new.provenance["after"][label] - new.provenance["before"][label]
            start = max(builder.written + builder.waiting - before, 0)
            generator = Generator.objects.get(pk=generator_pk)
            make = _drawn if generator.is_network else _mixed
            for pixels, facts in make(generator, working, label, number, seed, start):
                builder.add(pixels, **facts)
                progress.update(builder.written + builder.waiting, total, _("Pictures made"))
            before += number
    except (UnusableInput, InvalidRecipe) as error:
        builder.fail()
        raise JobError(str(error)) from error
    builder.finish()


def _kept(working: WorkingSet, way: str, seed: int) -> list[int]:
    """The pictures taken over, by number."""
    classes = np.array(working.labels)
    members = [np.flatnonzero(classes == number) for number in range(len(working.classes))]
    if way == "equal":
        return list(range(len(classes)))
    numbers = wanted([len(rows) for rows in members], way)
    rng = rng_of(seed, 0, 2)
    chosen = np.concatenate([repeated(rng, rows, number) for rows, number in zip(members, numbers)])
    return np.sort(chosen).tolist()


def _copied(working: WorkingSet, index: int) -> dict[str, Any]:
    picture = working.pictures[index]
    return {
        "label": picture.label, "patient": picture.patient, "mask": picture.mask(), "annotations": picture.annotations,
        "slope": picture.slope, "intercept": picture.intercept, "parameters": {"copy_of": picture.position},
    }  # fmt: skip


Made = Iterator[tuple[Any, dict[str, Any]]]


def _mixed(generator: Generator, working: WorkingSet, label: str, number: int, seed: int, start: int) -> Made:
    """Out of pictures of the class, mixed with others of the class, so that the label stays whole."""
    from .pipeline import run

    recipe = Recipe.from_dict(generator.recipe)
    steps = [replace(s, partners="same_class" if s.entry.partners > 1 else "") for s in recipe.steps]
    members = np.flatnonzero(np.array(working.labels) == working.classes.index(label))
    sources = members[schedule(len(members), None, "as_is", number, seed)].tolist()
    outputs = run(
        Recipe(tuple(steps)), **working.inputs(), sources=sources, seed=seed, start=start, data_range=working.data_range
    )  # fmt: skip
    for output in outputs:
        facts = working.facts_of(output, patient=working.patient_of(output.parameters))
        yield output.image, {**facts, "soft_label": None, "label": label, "parameters": output.parameters}


def _drawn(generator: Generator, working: WorkingSet, label: str, number: int, seed: int, start: int) -> Made:
    """Out of a network. The classes of a conditional one take turns: those of the others are passed over."""
    from foreign.refusal import Refused

    from .bringing import said
    from .uploads import RefusedWeights

    names = generator.class_names
    turns = generator.config.get("classes") or 1
    wanted_class = names.index(label) if turns > 1 else None
    facts = {"label": label, "slope": generator.output["slope"], "intercept": generator.output["intercept"]}
    try:
        drawn = drawn_by(generator, count=number * turns, seed=seed, start=start * turns)
        for index, (pixels, drawn_class, *_mask) in enumerate(drawn, start * turns):
            if wanted_class is None or drawn_class == wanted_class:
                yield (
                    pixels,
                    {**facts, "parameters": {"generator": generator.pk, "seed": seed, "index": index}},
                )
    except (RefusedWeights, Refused) as refusal:
        raise UnusableInput(said(refusal)) from refusal


def usable_for(image_set: ImageSet, label: str, user: Any) -> list[Generator]:
    """Recipes, and networks that draw from chance alone: conditional ones that know the class, others on the user's word.
    Of our architectures only those that make pictures of the set's size and colours."""
    first = image_set.pictures.first()
    size = None if first is None else {"size": first.width, "channels": first.channels}
    found = []
    for generator in Generator.objects.visible_to(user).usable():
        config = generator.config
        if generator.is_network and config.get("classes") and label not in generator.class_names:
            continue
        if generator.is_network and not generator.is_foreign:
            fits = size == {name: config.get(name) for name in ("size", "channels")}
            if not fits or NETWORKS[generator.network].needs != "set":
                continue
        found.append(generator)
    return found
