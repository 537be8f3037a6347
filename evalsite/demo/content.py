"""Everything the demo shows, made step by step in a job: each step looks for its result first, so a second run adds nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from evalsite.models import User
from generators import production
from generators.bringing import bring_weights
from generators.catalogue import NETWORKS, STEPS
from generators.models import Generator, Run
from generators.options import make_options
from imagesets.intake import stage_paths, start_import
from imagesets.models import ImageSet, Origin
from jobs.models import Job
from jobs.progress import JobError, Progress
from jobs.queueing import retry_job
from jobs.runner import run_attempt
from metrics.beginning import begin_evaluation
from metrics.models import Evaluation
from turing import launching
from turing.models import Reader, Study
from turing.protocol import simple
from turing.sessions import open_session
from turing.simulation import simulate_reader

from .sets import patch_set

WEIGHTS = Path(__file__).parent / "weights" / "dcgan32.safetensors"
MADE = 400
READERS = (  # name, experience, sensitivity, specificity: of the simulated readers
    ("Simulated A", "12 years", 0.86, 0.80),
    ("Simulated B", "9 years", 0.80, 0.84),
    ("Simulated C", "5 years", 0.76, 0.68),
    ("Simulated D", "resident", 0.66, 0.62),
    ("Simulated E", "resident", 0.58, 0.60),
)


def load(progress: Progress, *, owner_pk: int) -> None:
    """The job `evalsite.demo`."""
    demo = Demo(User.objects.get(pk=owner_pk))
    steps: list[tuple[str, Callable[[], Any]]] = [
        (_("Cutting real patches"), demo.real_sets),
        (_("Starting a training that you can watch"), demo.training),
        (_("Reading CT and MR files"), demo.dicom),
        (_("Drawing pictures from a network trained longer"), demo.samples),
        (_("Mixing pictures"), demo.mixed),
        (_("Measuring both against held-out patches"), demo.evaluations),
        (_("Preparing a study for you to read"), demo.open_study),
        (_("Letting simulated readers read another one"), demo.finished_study),
    ]
    for number, (words, step) in enumerate(steps):
        progress.update(number, len(steps), words)
        progress.check()
        step()
    progress.update(len(steps), len(steps), _("Everything is there"))


class Demo:
    def __init__(self, owner: User) -> None:
        self.owner = owner

    def _set(self, name: str) -> ImageSet | None:
        return ImageSet.objects.usable().filter(owner=self.owner, name=name).first()

    def _finish(self, job: Job) -> None:
        """Do a queued job here and now: what comes next needs it."""
        run_attempt(job.pk, job.attempt)
        job.refresh_from_db()
        if job.status != Job.Status.DONE:
            raise JobError(job.error or _("The step “%(job)s” was stopped.") % {"job": job.title})

    def _do(self, job: Job | None, is_there: bool) -> None:
        """The same for work whose job may have failed in an earlier try of the demo."""
        if is_there or job is None:
            return
        if job.is_finished:
            retry_job(job)
            job.refresh_from_db()
        self._finish(job)

    def real_sets(self) -> None:
        self.train, self.held_out = patch_set("training", self.owner), patch_set("held out", self.owner)

    def training(self) -> None:
        if Run.objects.filter(owner=self.owner).exists():
            return
        entry = NETWORKS["dcgan"]
        production.start_training(
            name=_("DCGAN, a minute of training"), owner=self.owner, network="dcgan", image_set=self.train,
            options=make_options(entry.options, {"width": 16, "size": 32, "channels": 3}),
            training=make_options(entry.training, {"images_seen": 50_000, "sample_every_images": 5_000, "checkpoint_every_images": 5_000}),  # type: ignore[arg-type]
        )  # fmt: skip

    def dicom(self) -> None:
        name = _("CT and MR from DICOM files")
        if self._set(name):
            return
        from pydicom.data import get_testdata_file

        wanted = ("CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "rtplan.dcm")
        found = [get_testdata_file(file, download=False) for file in wanted]
        staging = stage_paths(self.owner, [Path(str(file)) for file in found if file])
        self._finish(
            start_import(staging=staging, owner=self.owner, name=name, origin=Origin.REAL, intensity=None)
        )

    def samples(self) -> None:
        self.drawn = self._made(self._shipped(), _("DCGAN, trained longer"), seed=1)

    def _shipped(self) -> Generator:
        """The network whose weights come with evalsite: the same command on the same patches, run for longer."""
        name = _("DCGAN, trained longer")
        found = Generator.objects.usable().filter(owner=self.owner, name=name).first()
        if found:
            return found
        facts = json.loads(WEIGHTS.with_suffix(".json").read_text())
        with WEIGHTS.open("rb") as file:
            generator = bring_weights(
                owner=self.owner, file=file, filename=WEIGHTS.name, network=facts["network"], config=facts["config"],
                output={"low": 0.0, "high": 255.0, "unit": "stored grey levels"},
                facts={"name": name, "description": facts["description"], "licence": "Apache-2.0"},
            )  # fmt: skip
        generator.training_set = self.train
        generator.save(update_fields=["training_set"])
        return generator

    def mixed(self) -> None:
        name = _("CutMix of patches")
        generator = Generator.objects.usable().filter(owner=self.owner, name="CutMix").first()
        options = make_options(STEPS["cutmix"].options, {})
        generator = generator or production.compose(
            name="CutMix", owner=self.owner, method="cutmix", options=options
        )
        self.cut = self._made(generator, name, seed=2, image_set=self.train)

    def _made(
        self, generator: Generator, name: str, *, seed: int, image_set: ImageSet | None = None
    ) -> ImageSet:
        if found := self._set(name):
            return found
        ImageSet.objects.filter(owner=self.owner, name=name, state=ImageSet.State.BUILDING).delete()
        job = production.start_making(
            generator=generator, owner=self.owner, name=name, count=MADE, seed=seed, image_set=image_set
        )
        self._finish(job)
        return ImageSet.objects.get(pk=job.arguments["image_set_pk"])

    def evaluations(self) -> None:
        for synthetic in (self.drawn, self.cut):
            found = Evaluation.objects.filter(
                owner=self.owner, synthetic=synthetic, real=self.held_out
            ).first()
            if found is None:
                chosen = {
                    "real": self.held_out, "synthetic": synthetic, "training": self.train, "encoders": ["radiomics"],
                    "is_shared": False, "seed": 0, "paired": False,
                }  # fmt: skip
                found = begin_evaluation(self.owner, chosen)
            self._do(found.job, found.is_ready)

    def open_study(self) -> None:
        study = self._study(_("Read me: real patches or a network's?"), images=12)
        if study.state == Study.State.OPEN and not study.readers.exists():
            Reader.objects.create(study=study, number=1, name=_("You"))

    def finished_study(self) -> None:
        study = self._study(_("A finished study, with simulated readers"), images=40)
        if study.state != Study.State.OPEN:
            return
        for number, (name, experience, sensitivity, specificity) in enumerate(READERS, 1):
            reader, _new = Reader.objects.get_or_create(
                study=study,
                number=number,
                defaults={"name": name, "experience": experience, "is_simulated": True},
            )
            session = open_session(reader=reader)
            rng = np.random.default_rng([study.seed % 2**32, number])
            simulate_reader(session, sensitivity=sensitivity, specificity=specificity, rng=rng)
        launching.close(study)

    def _study(self, name: str, *, images: int) -> Study:
        study, is_new = Study.objects.get_or_create(
            owner=self.owner,
            name=name[:120],
            defaults={"design": simple(per_side=images).as_json(), "seed": 20260101 + images},
        )
        if is_new:
            study.supply("real", [self.held_out])
            study.supply("synthetic", [self.drawn])
        if study.state == Study.State.DRAFT:
            launching.prepare(study, self.owner)
        if study.state == Study.State.RENDERING:
            self._do(study.job, False)
            study.refresh_from_db()
        if study.state == Study.State.READY:
            launching.launch(study, reason=_("A demonstration: what gives these pictures away may be seen."))
        return study
