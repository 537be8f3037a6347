"""The generators' jobs. Torch is imported inside, so that nothing which lists the tasks pays for it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
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

    run = Run.objects.select_related("image_set", "owner").get(pk=run_pk)
    progress.update(0, run.training["images_seen"], _("Reading the pictures"))
    options = make_options(run.entry.options, run.options)
    training = make_options(run.entry.training, run.training)  # type: ignore[arg-type]
    images, labels = training_arrays(run.image_set, conditional=bool(run.options.get("classes")))

    def report(event: Event) -> None:
        words = _("%(seen)s of %(total)s images seen") % {
            "seen": f"{event.images_seen:,}",
            "total": f"{event.images_total:,}",
        }
        progress.update(event.images_seen, event.images_total, words)

    try:
        start = system_of(run.starts_from.folder / "checkpoints") if run.starts_from else None
        summary = run_training(
            images, labels, network=run.network, options=options, training=training, intensity=run.image_set.intensity,
            folder=run.folder, report=report, should_stop=progress.should_stop, start=start,
        )  # fmt: skip
    except TrainingError as error:
        raise JobError(str(error)) from error
    weights = run.folder / "generator.safetensors"
    save_file({name: tensor.cpu().contiguous() for name, tensor in summary.generator.items()}, weights)
    with progress.writing():
        _keep_generator(run, summary.kept, weights)
    progress.check()
    words = _("%(seen)s images seen") % {"seen": f"{summary.images_seen:,}"}
    total = training.images_seen
    progress.update(total, total, ". ".join([words, *(note.rstrip(".") for note in summary.notes)]))


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


def _keep_generator(run: Run, images_seen: int, weights: Any) -> None:
    file, digest = keep_weights(weights)
    words = _("Trained on “%(set)s”, %(seen)d images seen.") % {"set": run.image_set, "seen": images_seen}
    fields = {"weights_file": file, "weights_digest": digest, "description": words}
    if run.generator:
        Generator.objects.filter(pk=run.generator.pk).update(**fields)
        return
    run.generator = Generator.objects.create(
        name=run.name, owner=run.owner, kind=Generator.Kind.NETWORK, source=Generator.Source.TRAINED,
        network=run.network, config=run.options, output=output_like(run.image_set), training_set=run.image_set, **fields,
    )  # fmt: skip
    run.save(update_fields=["generator"])


def sample(progress: Progress, *, generator_pk: int, image_set_pk: int, count: int, seed: int) -> None:
    from foreign.refusal import Refused

    from .bringing import said
    from .uploads import RefusedWeights

    generator = Generator.objects.get(pk=generator_pk)
    builder = _builder(progress, image_set_pk)
    names = class_names(generator)
    try:
        for pixels, label in drawn_by(generator, count=count, seed=seed, start=builder.written):
            builder.add(
                pixels, label=names[label] if label is not None and label < len(names) else "",
                slope=generator.output["slope"], intercept=generator.output["intercept"], parameters={"seed": seed, "index": builder.written + builder.waiting},
            )  # fmt: skip
            progress.update(builder.written + builder.waiting, count, _("Pictures drawn"))
    except (RefusedWeights, Refused) as refusal:
        builder.fail()
        raise JobError(said(refusal)) from refusal
    builder.finish()


Drawn = Iterator[tuple[np.ndarray, int | None]]


def drawn_by(generator: Generator, *, count: int, seed: int, start: int) -> Drawn:
    """(pixels, class number or None) of pictures `start` to `count` - 1 of a network that draws from chance alone."""
    from .output import Output

    way = {name: generator.output[name] for name in ("low", "high", "depth", "slope", "intercept")}
    draw = _drawn_apart if generator.is_foreign else _drawn_here
    return draw(generator, Output(**way), count=count, seed=seed, start=start)


def _drawn_here(generator: Generator, output: Any, **which: int) -> Drawn:
    """Pictures of a registered architecture, in this process."""
    from .sampling import sample as draw
    from .uploads import check_config, load_network

    options = check_config(generator.network, generator.config)
    network = load_network(generator.weights_path, generator.name, generator.network, options)
    yield from draw(network, output=output, classes=options.classes, **which)


def _drawn_apart(generator: Generator, output: Any, **which: int) -> Drawn:
    """Pictures of a foreign network, in a confined child."""
    from foreign.network import Network

    from .foreign import draw

    options = make_options(generator.entries[0].options, generator.config)
    with Network(generator.weights_path) as network:
        for values, label in draw(network, options, **which):
            yield output.pixels(values), label


def class_names(generator: Generator) -> list[str]:
    if generator.is_foreign:
        return list(make_options(generator.entries[0].options, generator.config).labels)
    if generator.training_set is None:
        return [str(number) for number in range(generator.config.get("classes", 0))]
    return sorted(set(generator.training_set.pictures.values_list("label", flat=True)))


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
