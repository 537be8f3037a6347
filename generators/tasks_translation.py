"""The job in which a trained network makes a set out of another one."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from imagesets.building import SetBuilder
from imagesets.models import ImageSet, Picture
from jobs.progress import JobError, Progress

from .models import Generator


def translate(
    progress: Progress, *, generator_pk: int, image_set_pk: int, source_pk: int, count: int, seed: int, label: str = "",
    changes: dict[str, Any] | None = None, images_seen: int | None = None,
) -> None:  # fmt: skip
    """`label`: class to give all pictures, '' for that of each source; `changes`: options other than the generator's own;
    `images_seen`: a snapshot of its training to draw from."""
    from .output import Output
    from .training_data import TrainingError
    from .translating import translate as draw
    from .uploads import RefusedWeights, check_config, load_network

    generator, source = Generator.objects.get(pk=generator_pk), ImageSet.objects.get(pk=source_pk)
    builder = SetBuilder(into=ImageSet.objects.get(pk=image_set_pk), progress=progress)
    pictures = list(source.pictures.all())
    way = {name: generator.output[name] for name in ("low", "high", "depth", "slope", "intercept")}
    try:
        options = check_config(generator.network, generator.config | (changes or {}))
        network = load_network(generator.weights_at(images_seen), generator.name, generator.network, options)
        made = draw(
            network, Sources(pictures, generator.class_names, label), count=count, seed=seed, options=options,
            intensity=source.intensity, output=Output(**way), start=builder.written,
        )  # fmt: skip
        for picture in made:
            origin = pictures[picture.index % len(pictures)]
            builder.add(
                picture.pixels, label=label or origin.label, patient=origin.patient, mask=picture.mask,
                annotations=marks_of(origin, picture), slope=way["slope"], intercept=way["intercept"],
                parameters={"seed": seed, "index": picture.index, "source": origin.position},
            )  # fmt: skip
            progress.update(builder.written + builder.waiting, count, _("Pictures made"))
    except (RefusedWeights, TrainingError, ValueError) as refusal:
        builder.fail()
        raise JobError(str(refusal)) from refusal
    builder.finish()


class Sources(Sequence):
    """Stored pictures as a network takes them, read when asked for."""

    def __init__(self, pictures: Sequence[Picture], classes: list[str], label: str) -> None:
        self.pictures, self.label = pictures, label
        self.numbers = {name: number for number, name in enumerate(classes)}

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: Any) -> Any:
        from .translating import Source

        picture = self.pictures[index]
        wanted = self.label or picture.label
        if self.numbers and wanted not in self.numbers:
            raise JobError(
                _(
                    "Picture %(number)d is of class “%(label)s”; the network knows %(known)s. Choose the class to make."
                )
                % {"number": picture.position + 1, "label": wanted, "known": ", ".join(self.numbers)}
            )
        return Source(picture.values(), picture.mask(), self.numbers.get(wanted))


def marks_of(origin: Picture, made: Any) -> dict[str, list]:
    """Boxes and points of the source at the size of what was made, and the boxes that the network found."""
    x, y = made.scale
    old = origin.annotations or {}
    boxes = [[a * x, b * y, c * x, d * y, name] for a, b, c, d, name in old.get("boxes", [])]
    if made.boxes is not None:
        boxes += [[*(round(float(v), 2) for v in box[:4]), _("found")] for box in made.boxes]
    points = [[int((a + 0.5) * x), int((b + 0.5) * y), name] for a, b, name in old.get("points", [])]
    return {kind: rows for kind, rows in (("boxes", boxes), ("points", points)) if rows}
