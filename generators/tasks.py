"""The generators' jobs. Torch is imported inside, so that nothing which lists the tasks pays for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from imagesets.building import SetBuilder
from imagesets.models import ImageSet
from jobs.progress import JobError, Progress

from .models import Generator, Run
from .options import make_options
from .weights import keep_weights, output_like


def train(progress: Progress, *, run_pk: int) -> None:
    """Train, or go on from the last checkpoint; what is there at the end, or when stopped, becomes a generator."""
    from safetensors.torch import save_file

    from .checkpoints import system_of
    from .training import Event, TrainingError
    from .training import train as run_training

    run = Run.objects.select_related("image_set", "second_set", "owner").get(pk=run_pk)
    progress.update(0, run.training["images_seen"], _("Reading the pictures"))
    options = make_options(run.entry.options, run.options)
    training = make_options(run.entry.training, run.training)  # type: ignore[arg-type]
    data = training_data(run)

    def report(event: Event) -> None:
        words = _("%(seen)s of %(total)s images seen") % {
            "seen": f"{event.images_seen:,}",
            "total": f"{event.images_total:,}",
        }
        progress.update(event.images_seen, event.images_total, words)

    try:
        start = system_of(run.starts_from.folder / "checkpoints") if run.starts_from else None
        summary = run_training(
            **data, network=run.network, options=options, training=training, folder=run.folder, report=report,
            should_stop=progress.should_stop, start=start, encoders=settings.ENCODERS_DIR,
        )  # fmt: skip
    except TrainingError as error:
        raise JobError(str(error)) from error
    for direction, state in (("generator", summary.generator), ("back", summary.back)):
        if state:
            weights = run.folder / f"{direction}.safetensors"
            save_file({name: tensor.cpu().contiguous() for name, tensor in state.items()}, weights)
            with progress.writing():
                _keep_generator(run, direction, summary.kept, weights)
    progress.check()
    words = _("%(seen)s images seen") % {"seen": f"{summary.images_seen:,}"}
    total = training.images_seen
    progress.update(total, total, ". ".join([words, *(note.rstrip(".") for note in summary.notes)]))


def training_data(run: Run) -> dict[str, Any]:
    """What train() learns from, by its names."""
    entry, options = run.entry, run.options
    images, labels = training_arrays(run.image_set, conditional=bool(options.get("classes")))
    data: dict[str, Any] = {"images": images, "labels": labels, "intensity": run.image_set.intensity}
    if run.second_set:
        partners, _labels = training_arrays(run.second_set, conditional=False)
        data |= {
            "partners": partners, "paired": entry.needs_pairs, "partners_intensity": run.second_set.intensity
        }  # fmt: skip
    if entry.needs_masks or options.get("with_mask"):
        data["masks"] = np.stack([picture.mask() for picture in run.image_set.pictures.all()])
    return data


def training_arrays(image_set: ImageSet, *, conditional: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """All pictures of a set in physical values, (n, h, w[, 3]) float32, and class numbers in the order of the names."""
    pictures = list(image_set.pictures.all())
    if image_set.intensity is None:
        raise JobError(
            _("Nobody has said which values the pictures of “%(set)s” span. State its intensity range first.")
            % {"set": image_set}
        )
    sizes = {(p.height, p.width, p.channels) for p in pictures}
    if len(sizes) > 1:
        words = ", ".join(f"{w} × {h}" for h, w, _c in sorted(sizes)[:4])
        raise JobError(
            _("The pictures have several sizes (%(sizes)s). Training needs one; cut or resize them first.")
            % {"sizes": words}
        )
    images = np.stack([picture.values() for picture in pictures])
    if not conditional:
        return images, None
    names = sorted({picture.label for picture in pictures})
    return images, np.array([names.index(picture.label) for picture in pictures])


def _keep_generator(run: Run, direction: str, images_seen: int, weights: Any) -> None:
    """`direction` is the run's field: generator, or back, which leads from the second set to the first."""
    file, digest = keep_weights(weights)
    source, target = run.ends(direction)
    words = _("Trained on “%(set)s”, %(seen)d images seen.") % {"set": target, "seen": images_seen}
    if source:
        words = _("Learnt to turn “%(source)s” into “%(set)s”, %(seen)d images seen.") % {
            "source": source, "set": target, "seen": images_seen
        }  # fmt: skip
    fields = {"weights_file": file, "weights_digest": digest, "description": words}
    kept = getattr(run, direction)
    if kept:
        Generator.objects.filter(pk=kept.pk).update(**fields)
        return
    output = output_like(target)
    if run.entry.translates:
        given = source or target
        output |= {"input_low": given.intensity_low, "input_high": given.intensity_high}
    name = run.name if direction == "generator" else _("%(name)s, back") % {"name": run.name}
    made = Generator.objects.create(
        name=name, owner=run.owner, kind=Generator.Kind.NETWORK, source=Generator.Source.TRAINED,
        network=run.network, config=run.options, output=output, training_set=target, **fields,
    )  # fmt: skip
    setattr(run, direction, made)
    run.save(update_fields=[direction])


def sample(
    progress: Progress, *, generator_pk: int, image_set_pk: int, count: int, seed: int,
    changes: dict[str, Any] | None = None, images_seen: int | None = None,
) -> None:  # fmt: skip
    """`changes`: options other than the generator's own; `images_seen`: a snapshot of its training to draw from."""
    from foreign.refusal import Refused

    from .bringing import said

    generator = Generator.objects.get(pk=generator_pk)
    generator.config |= changes or {}
    builder = _builder(progress, image_set_pk)
    names = generator.class_names
    try:
        drawn = drawn_by(generator, count=count, seed=seed, start=builder.written, images_seen=images_seen)
        for pixels, label, *mask in drawn:
            builder.add(
                pixels, mask=mask[0] if mask else None, label=names[label] if label is not None and label < len(names) else "",
                slope=generator.output["slope"], intercept=generator.output["intercept"], parameters={"seed": seed, "index": builder.written + builder.waiting},
            )  # fmt: skip
            progress.update(builder.written + builder.waiting, count, _("Pictures drawn"))
    except Refused as refusal:
        builder.fail()
        raise JobError(said(refusal)) from refusal
    builder.finish()


Drawn = Iterator[tuple[Any, ...]]  # pixels, class or None, and a mask where the network makes one


def drawn_by(
    generator: Generator, *, count: int, seed: int, start: int, images_seen: int | None = None
) -> Drawn:
    """Pictures `start` to `count` - 1 of a network that draws from chance alone, from a snapshot or from the kept weights."""
    from .output import Output

    way = {name: generator.output[name] for name in ("low", "high", "depth", "slope", "intercept")}
    draw = _drawn_apart if generator.is_foreign else _drawn_here
    return draw(
        generator, generator.weights_at(images_seen), Output(**way), count=count, seed=seed, start=start
    )


def _drawn_here(generator: Generator, weights: Path, output: Any, **which: int) -> Drawn:
    """Pictures of a registered architecture, in this process."""
    from . import sampling
    from .uploads import check_config, load_network

    options = check_config(generator.network, generator.config)
    network = load_network(weights, generator.name, generator.network, options)
    draw: Any = sampling.sample_with_masks if generator.config.get("with_mask") else sampling.sample
    yield from draw(network, output=output, classes=generator.config.get("classes", 0), **which)


def _drawn_apart(generator: Generator, weights: Path, output: Any, **which: int) -> Drawn:
    """Pictures of a foreign network, in a confined child."""
    from foreign.network import Network

    from .foreign import draw

    options = make_options(generator.entries[0].options, generator.config)
    with Network(weights) as network:
        for values, label in draw(network, options, **which):
            yield output.pixels(values), label


def mix(
    progress: Progress, *, generator_pk: int, image_set_pk: int, source_pk: int, count: int, seed: int
) -> None:
    from .parameters import UnusableInput
    from .pipeline import run as follow
    from .recipes import InvalidRecipe, Recipe
    from .working_set import WorkingSet

    generator = Generator.objects.get(pk=generator_pk)
    builder = _builder(progress, image_set_pk)
    try:
        source = WorkingSet(ImageSet.objects.get(pk=source_pk))
        outputs = follow(
            Recipe.from_dict(generator.recipe), **source.inputs(),
            count=count, seed=seed, start=builder.written, data_range=source.data_range,
        )  # fmt: skip
        for output in outputs:
            patient = source.patient_of(output.parameters)
            builder.add(
                output.image, parameters=output.parameters, **source.facts_of(output, patient=patient)
            )
            progress.update(builder.written + builder.waiting, count, _("Pictures made"))
    except (UnusableInput, InvalidRecipe) as error:
        builder.fail()
        raise JobError(str(error)) from error
    builder.finish()


def _builder(progress: Progress, image_set_pk: int) -> SetBuilder:
    """Go on with what an earlier attempt of this job has written."""
    return SetBuilder(into=ImageSet.objects.get(pk=image_set_pk), progress=progress)
